def explain(judge, side, verdict, options, deadline):
    return verdict.message or "not equal to the left side", ""
