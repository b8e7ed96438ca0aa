def as_text(report):
    return "\n".join(f"{s.status:10} {s.text}   {s.message}" for s in report.sides)
def as_html(report):
    return ""
