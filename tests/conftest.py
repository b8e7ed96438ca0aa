"""Settings for all tests."""

import os

# as in the Makefile: a floating-point warning in a chapter stops it
os.environ.setdefault("PYTHONWARNINGS", "error::RuntimeWarning")


def pytest_terminal_summary(terminalreporter):
    """Say after a run which displayed equations were executed, and why the others were not."""
    reports = [report for group in terminalreporter.stats.values() for report in group if hasattr(report, "nodeid")]
    if not any("test_proofreading" in report.nodeid for report in reports):
        return
    from proofread import NOT_EXECUTED, equations, executed, lookup

    everything, done = equations(), executed()
    terminalreporter.section("proofreading")
    terminalreporter.line(
        f"{len(done)} of {len(everything)} displayed equations are executed, {sum(e.slip for e in done)} of them slips that must fail"
    )
    for equation in everything:
        reason = lookup(equation, NOT_EXECUTED)
        if reason:
            terminalreporter.line(f"not executed: {equation}\n    because it is {reason}")
