r"""Take out the checker's conditions, one at a time, and judge again: a condition that changes nothing is not needed.

    python tests/ablate_checker.py                    every condition (an hour or two)
    python tests/ablate_checker.py pieces.py sums.py  those of some files
    python tests/ablate_checker.py --sample 300       some of them

The texts are the ones that the checker's own tests judge, recorded while they run. For each
condition (a test of an ``if``, a part of an ``and`` or ``or``, a filter) the texts that reach it
are judged again with the condition held to what leaves its branch out, until three verdicts differ
or the time for it is spent. What is printed is each condition that changed no verdict, with the
number of texts tried and reached: a place to look, for a condition may also keep hostile text out.
"""

import argparse
import ast
import collections
import importlib
import multiprocessing
import os
import pickle
import random
import signal
import sys
import time
import types
from pathlib import Path

import coverage
import pytest

import linebyline
from linebyline import checker
from linebyline.checker import checking

TESTS = Path(__file__).parent
ROOT = Path(checker.__file__).parent
SHOWN = ("showing.py", "report.py", "form.py")  # what only shows a verdict cannot change it
ENOUGH, SECONDS, TOO_SLOW = 3, 1.5, 0.5  # verdicts that differ; work for one condition; work for one text


class Recorder:
    """A pytest plugin that keeps what `check` was asked while the tests ran."""

    def __init__(self):
        self.asked, real = {}, checking.check

        def check(text, network=None, notation=None, target=None, aliases=None):
            if isinstance(text, str) and len(text) < 3000:
                self.asked.setdefault(pickle.dumps((text, network, notation, target, aliases)))
            return real(text, network, notation, target, aliases)

        self.real = real
        for module in (checking, checker, linebyline):
            module.check = check


def recorded():
    """The texts that the checker's tests judge, with what was said of the network."""
    recorder = Recorder()
    files = sorted(map(str, TESTS.glob("test_checker*.py")))
    pytest.main(["-q", "-p", "no:cacheprovider", *files, str(TESTS / "test_proofreading.py")], plugins=[recorder])
    return [pickle.loads(question) for question in recorder.asked], recorder.real


def verdicts(check, question):
    try:
        return tuple(side.status for side in check(*question).sides)
    except (TypeError, ValueError) as error:
        return (str(error),)


def reached(check, questions):
    """For every line of the checker, the questions that reach it: {(file, line): [number, ...]}; and every verdict."""
    found, lines, quick = [], collections.defaultdict(list), set()
    tracer = coverage.Coverage(data_file=None, include=[f"{ROOT}/*"])
    tracer.start()
    for number, question in enumerate(questions):
        tracer.switch_context(str(number))
        begun = time.thread_time()
        found.append(verdicts(check, question))
        if time.thread_time() - begun < TOO_SLOW:
            quick.add(str(number))
    tracer.stop()
    data = tracer.get_data()
    for file in data.measured_files():
        for line, contexts in data.contexts_by_lineno(file).items():
            lines[file, line] = [int(number) for number in contexts if number in quick]
    return lines, found


def conditions(tree):
    """Every condition inside a function: (node, what is done to it, a function that does it to a copy of the node)."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for node in ast.walk(function):
            if isinstance(node, (ast.If, ast.IfExp)):
                yield node, "never", lambda copy: setattr(copy, "test", ast.Constant(False))
                if node.orelse:
                    yield node, "always", lambda copy: setattr(copy, "test", ast.Constant(True))
            elif isinstance(node, ast.BoolOp):
                for k, part in enumerate(node.values):
                    neutral = ast.Constant(isinstance(node.op, ast.And))
                    yield node, f"without {ast.unparse(part)}", lambda copy, k=k, c=neutral: copy.values.__setitem__(k, c)
            elif isinstance(node, ast.comprehension):
                for k, part in enumerate(node.ifs):
                    yield node, f"without {ast.unparse(part)}", lambda copy, k=k: copy.ifs.__setitem__(k, ast.Constant(True))


def codes(code):
    """The code of every function in a module's code, by qualified name."""
    inner = [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return {c.co_qualname: c for part in inner for c in (part, *codes(part).values())}


def functions(module):
    """The functions of a module and of its classes, by qualified name, and what they keep."""
    owners = [module, *(value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__)]
    values = [getattr(value, "fget", None) or getattr(value, "__func__", value) for owner in owners for value in vars(owner).values()]
    caches = [value for value in values if hasattr(value, "cache_clear")]
    plain = [getattr(value, "__wrapped__", value) for value in values]
    return {f.__qualname__: f for f in plain if isinstance(f, types.FunctionType) and f.__module__ == module.__name__}, caches


def judged_without(check, module, new, questions, before):
    """Put the new code in place and judge again: (verdicts that differ, texts tried)."""
    signal.alarm(60)  # a condition may be what ends a loop
    live, caches = functions(module)
    for name in live.keys() & new.keys():
        live[name].__code__ = new[name]
    for cache in caches:
        cache.cache_clear()
    random.Random(0).shuffle(questions)
    differ, tried, begun = 0, 0, time.thread_time()
    for question in questions:
        if differ >= ENOUGH or (tried >= 8 and time.thread_time() - begun > SECONDS):
            break
        tried += 1
        try:
            differ += verdicts(check, question) != before[pickle.dumps(question)]
        except Exception:  # a crash is a change too
            differ += 1
    return differ, tried


def changed(check, path, number, questions, before):
    """Judge again without one condition: (verdicts that differ, texts tried), in a process of its own."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    node, _, change = list(conditions(tree))[number]
    change(node)
    new = codes(compile(ast.fix_missing_locations(tree), str(path), "exec"))
    module = importlib.import_module(".".join(("linebyline.checker", *path.relative_to(ROOT).with_suffix("").parts)))
    reader, writer = multiprocessing.Pipe(duplex=False)
    child = os.fork()
    if not child:
        try:
            writer.send(judged_without(check, module, new, questions, before))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return reader.recv() if reader.poll() else (ENOUGH, 0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", help="file names, such as pieces.py")
    parser.add_argument("--sample", type=int, help="try only so many conditions")
    options = parser.parse_args()
    questions, check = recorded()
    lines, before = reached(check, questions)
    known = {pickle.dumps(question): verdict for question, verdict in zip(questions, before)}
    tasks = []
    for path in sorted(ROOT.rglob("*.py")):
        if path.name in SHOWN or (options.files and path.name not in options.files):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        statements = {node: statement for statement in ast.walk(tree) if isinstance(statement, ast.stmt) for node in ast.walk(statement)}
        for number, (node, what, _) in enumerate(conditions(tree)):
            line = getattr(node, "lineno", None) or node.target.lineno
            reach = lines.get((str(path), line)) or lines.get((str(path), statements[node].lineno)) or []
            tasks.append((path, number, line, what, ast.unparse(node).split("\n")[0], reach))
    tasks = random.Random(0).sample(tasks, min(options.sample or len(tasks), len(tasks)))
    total = collections.defaultdict(collections.Counter)
    for done, (path, number, line, what, spelt, reach) in enumerate(tasks, start=1):
        differ, tried = changed(check, path, number, [questions[k] for k in reach], known) if reach else (0, 0)
        total[path.name]["needed" if differ else "not needed" if reach else "never reached"] += 1
        if not differ:
            print(f"{path.relative_to(ROOT)}:{line}: {what}: {spelt[:100]}  ({tried} of {len(reach)} texts)", flush=True)
        if sys.stderr.isatty():
            print(f"\r{done} of {len(tasks)}", end="", file=sys.stderr)
    for name, counts in sorted(total.items()):
        print(f"{name:16}", ", ".join(f"{count} {what}" for what, count in sorted(counts.items())))
    together = sum(total.values(), collections.Counter())
    print(f"{len(questions)} texts, {sum(together.values())} conditions: {', '.join(f'{count} {what}' for what, count in sorted(together.items()))}")


if __name__ == "__main__":
    main()
