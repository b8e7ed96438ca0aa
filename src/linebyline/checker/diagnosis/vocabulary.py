"""What a text writes, and what it could write beside that: the symbols, factors, indices and layers of which edits are made."""

from linebyline.checker.meaning.letters import FUNCTIONS
from linebyline.checker.meaning.scripts import spelling
from linebyline.checker.parser.grammar import Node, walk
from linebyline.checker.parser.tokens import script_text

INDEX_LETTERS = "ijklmnpqr"
RARE = {"B", "label", "output", "phat", "Yhat", "softmax", "pred", "Theta", "Omega", "omega"}


class Vocabulary:
    """The symbols of a text in its own spelling: those of the side at hand first, then those of its chain, then the rest."""

    def __init__(self, judge, side, verdict):
        self.judge, self.text = judge, judge.task.text
        slots = {slot for _, choice in verdict.reference.choices() for slot in choice.slots}
        self.free = sorted(slot for slot in slots if isinstance(slot, str) and "#" not in slot and slot != "label")
        self.letters, self.numbers, self.layers, self.functions = dict.fromkeys(self.free), {}, {}, {}
        self.bases, self.symbols, self.factors, self.primes = {}, {}, {}, {}
        sides = [s for chain in sorted(judge.task.chains, key=lambda chain: side not in chain.sides) for s in chain.sides]
        for tree in [side.tree, *(s.tree for s in sides if s is not side)]:
            for node in walk(tree):
                self.note(node)
        self.settle()

    def note(self, node):
        """Remember what one node of the text writes."""
        for token in (token for script in node.subs for token in script if len(token.text) == 1):
            if token.kind in ("name", "num"):
                (self.letters if token.kind == "name" else self.numbers).setdefault(token.text)
        if node.kind == "product":
            self.note_factors(node.parts)
        if node.kind != "name":
            return
        meanings, plain = self.judge.conv.meanings(node.name), not node.subs and not node.sups
        if node.name in FUNCTIONS and plain:
            self.functions.setdefault(self.spelt(node).rstrip("'"))
        elif node.name == "e" and node.sups:
            self.bases.setdefault("e", "e")
        elif node.name not in ("log", "ln", "exp", "e") and (meanings or self.judge.is_alias(node.name)):
            self.symbols.setdefault(self.spelt(node), meanings[0][0] if meanings else "")
            self.bases.setdefault(node.name, self.letter(node))
        if node.name != "e":
            spelt = [script_text(script).strip("()[]") for script in node.sups if not any(token.kind == "rel" for token in script)]
            self.layers.update(dict.fromkeys(spelt))

    def note_factors(self, items):
        """Remember what a product is made of, and each f'(...) in it."""
        for k, (_, item) in enumerate(items):
            if item.kind in ("name", "group", "deriv", "frac", "indicator") and item.end - item.start < 90:
                self.factors.setdefault(self.spelt(item))
            if item.kind == "name" and item.primes and k + 1 < len(items) and items[k + 1][1].kind == "group":
                self.primes.setdefault(self.text[item.start : items[k + 1][1].end])

    def settle(self):
        """Add what stands beside what is in use, and keep the likeliest few."""
        numbers = self.numbers
        if numbers:
            few = "123" if max(self.judge.scene.sizes) > 2 else "12"
            numbers.update(dict.fromkeys("12345678" if max(map(int, numbers)) > 4 else few))
        near = [layer for letter, layers in (("l", ("l", "l+1", "l-1")), ("L", ("L", "L-1"))) if letter in "".join(self.layers) for layer in layers]
        self.letters = [letter for letter in self.letters if letter not in "ho"][:7]
        self.numbers, self.layers, self.functions = list(numbers)[:9], list(dict.fromkeys([*list(self.layers)[:6], *near])), list(self.functions)[:3]
        self.factors = list(dict.fromkeys([*self.slopes(), *self.factors]))[:36]
        self.bases = dict([*self.bases.items(), *self.partners()][:9])
        self.symbols = list(self.symbols)[:14]

    def spelt(self, part):
        """A part of the text as it was typed."""
        return self.text[part.start : part.end]

    def letter(self, node):
        """A symbol without what hangs below and above it, as it was typed."""
        end = min([script[0].start for script in (*node.subs, *node.sups) if script] or [node.end])
        return self.text[node.start : end].rstrip("_^{ ") or node.name

    def slopes(self):
        """The derivatives of the activations in sight: out(1-out), 1-out, and any f'(net) the text itself uses."""
        yield from self.primes
        for spelt, kind in self.symbols.items():
            if kind == "out":
                yield from (rf"{spelt}(1-{spelt})", rf"(1-{spelt})")
                if "tanh" in self.judge.scene.activation_names:
                    yield rf"(1-({spelt})^2)"
            elif kind == "net":
                yield rf"f'({spelt})"

    def partners(self):
        """Letters the notation has and the text does not: the score of an output, the output of a score, the target."""
        unlikely = RARE | set(self.bases) | ({"w"} if "W" in self.bases else set())
        usual = [letter for letter, meanings in self.judge.conv.letters.items() if meanings[0][0] in ("net", "out", "target", "delta", "W")]
        return [(letter, spelling(Node("name", name=letter))) for letter in usual if letter not in unlikely][:5]
