"""The command line: ``python -m linebyline check FILE ...``."""

import argparse
import json
import sys
from pathlib import Path

RIGHT, WRONG, UNREADABLE, MISUSE = 0, 1, 2, 64


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise SystemExit(MISUSE)


def build_parser():
    from linebyline.checker.numbers.scene import ACTIVATION_NAMES, LOSS_NAMES

    parser = Parser(prog="python -m linebyline", description="Tools of the book 'Backprop, line by line'.")
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    check = commands.add_parser(
        "check",
        help="check derivations, line by line",
        description="Check derivations in LaTeX or plain text. Exit status: 0 nothing wrong, 1 something wrong, 2 something unreadable, 64 misuse.",
    )
    check.add_argument("files", nargs="*", metavar="FILE", help="a text file; standard input if none is given, or for -")
    check.add_argument("--hidden", choices=ACTIVATION_NAMES, help="activation of the hidden layers")
    check.add_argument("--output", choices=ACTIVATION_NAMES, help="activation of the last layer")
    check.add_argument("--loss", choices=LOSS_NAMES, help="the error")
    check.add_argument("--sizes", metavar="N,N,...", help="units a layer, the inputs first, such as 2,3,2")
    check.add_argument("--batch", type=int, metavar="N", help="number of examples")
    check.add_argument("--mean", action="store_true", help="the error is the mean over the batch, not the sum")
    check.add_argument("--weights", choices=("to_from", "from_to"), help="whether w_ij leads to i from j, or from i to j")
    check.add_argument("--vectors", choices=("columns", "rows"), help="how vectors stand")
    check.add_argument("--notation", help="question, layers, classes, matrix, or a row of the notation table")
    check.add_argument("--target", help="what should have been derived, such as 'dE/dw1'")
    check.add_argument("--alias", action="append", default=[], metavar="SYMBOL=MEANING", help="an own symbol, such as 's_i=out_hi'; may be repeated")
    check.add_argument("--json", action="store_true", help="print the reports as JSON")
    return parser


def network_of(options):
    """The network the options describe, or None to let the text decide."""
    from linebyline.checker import Scene
    from linebyline.network import question_network

    given = {
        name: getattr(options, name) for name in ("hidden", "output", "loss", "batch", "weights", "vectors") if getattr(options, name) is not None
    }
    if options.sizes:
        given["sizes"] = tuple(int(n) for n in options.sizes.split(","))
    if options.mean:
        given["reduction"] = "mean"
    if not given:
        return None
    if set(given) <= {"hidden", "output", "loss"} and given.get("loss", "squared_error") in (
        "squared_error",
        "cross_entropy",
        "binary_cross_entropy",
    ):
        try:
            return question_network(**given)
        except ValueError:
            pass
    return Scene(**given)


def main(arguments=None):
    """Run the command line; return the exit status."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    from linebyline.checker import check

    status, reports = RIGHT, []
    try:
        network = network_of(options)
        aliases = dict(a.split("=", 1) for a in options.alias)
    except ValueError as error:
        parser.error(str(error))
    for name in options.files or ["-"]:
        try:
            text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
            report = check(text, network, options.notation, options.target, aliases)
        except (OSError, UnicodeDecodeError, ValueError, TypeError) as error:
            parser.error(f"{name}: {error}")
        statuses = {side.status for side in report.sides}
        if statuses & {"wrong", "carries", "note-wrong"}:
            status = WRONG
        elif ("unreadable" in statuses or not statuses) and status == RIGHT:
            status = UNREADABLE
        reports.append({"file": name, **report.to_dict()})
        if not options.json:
            print((f"{name}\n" if len(options.files) > 1 else "") + str(report))
    if options.json:
        print(json.dumps(reports if len(reports) != 1 else reports[0], indent=2, ensure_ascii=False))
    return status


if __name__ == "__main__":
    raise SystemExit(main())
