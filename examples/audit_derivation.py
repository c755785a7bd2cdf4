"""Derives the conclusions of a report `urn:kyso:report:1` again from its steps, as docs/report.md tells ("The derivation", "The grammar")."""
import datetime
import json
import operator
import re

BASIC, PASSED = "Validation process for Basic Signatures", "TOTAL-PASSED"
ORDER = {"<": operator.lt, "<=": operator.le, "<= in seconds": lambda one, other: one[0] <= other[0]}


def conclusion(thing):
    return " / ".join(filter(None, (thing["indication"], thing.get("sub_indication"))))


def moment(text):
    base, fraction = re.fullmatch(r"([^.]*?)(\.\d+)?Z", text).groups()
    return datetime.datetime.fromisoformat(base), float(fraction or 0)


def key(step):
    block = step.get("block", step)
    return block["check"] if "check" in block else " | ".join((block["name"], block["clause"], block["combine"]))


def walk(block, cut=False, enters=lambda block: True):
    """Every block, with whether only what failed is told of it."""
    def says(step):
        return step.get("check") == "limit.derivation" and step["outcome"] == "tolerated"
    cut = cut or bool(block["steps"]) and says(block["steps"][-1])
    yield block, cut
    for step in block["steps"]:
        cut = cut or says(step)
        if "block" in step and enters(step["block"]):
            yield from walk(step["block"], cut, enters)


def objection(step):
    """What a step says against its block."""
    found = step["block"]["conclusion"] if step.get("binding") else step["otherwise"] if step.get("outcome") == "failed" else None
    return conclusion(found) if found and conclusion(found) != PASSED else None


def chosen(block):
    return next(step["inputs"] for step in block["steps"] if step.get("check") == "chosen")


def deciding(block):
    return block["steps"] if block["combine"] == "all" else [block["steps"][chosen(block)["position"]]] if block["combine"] == "any" else []


def derive(block):
    if block["combine"] == "any" and any(step.get("binding") and not objection(step) for step in block["steps"]):
        return PASSED
    return next(filter(None, map(objection, deciding(block))), PASSED)


def failures(block):
    for step in deciding(block) if conclusion(block["conclusion"]) != PASSED else []:
        yield from failures(step["block"]) if step.get("binding") else [step] if step.get("outcome") == "failed" else []


class Derivations:
    """What blocks and steps must be. Of docs are read checks.md, report.grammar.json and report.rules.json."""

    def __init__(self, docs):
        rows = (line.strip("| \n").split(" | ") for line in open(f"{docs}/checks.md", encoding="utf-8") if line.startswith("| `"))
        self.checks = {row[0].strip("`"): (row[1], row[2], row[3].split("<br>")) for row in rows}
        self.grammar, rules = (json.load(open(f"{docs}/report.{name}.json", encoding="utf-8")) for name in ("grammar", "rules"))
        self.comparisons, self.remappings, self.mending = rules["comparisons"], rules["remappings"], rules["mending"]

    def hold(self, where, pairs):
        self.faults += [f"{where}: {what}" for holds, what in pairs if not holds]

    def derivation(self, where, kind, root):
        self.hold(where, [(key(root) in self.grammar["roots"].get(kind, []), "its checks are about something else")])
        for block, cut in walk(root):
            self.block(f"{where}: `{block['name']}`", block, cut, self.grammar["blocks"][key(block)])
            for step in block["steps"]:
                if "check" in step:
                    self.step(f"{where}: {step['check']}", step, block, root)

    def block(self, where, block, cut, known):
        """The conclusion follows; what may and must stand in it (docs/report.md, "The grammar")."""
        passed = {step["check"] for step in block["steps"] if step.get("outcome") == "passed"}
        standing, told = list(map(key, block["steps"])), conclusion(block["conclusion"])
        self.hold(where, [(derive(block) == told, "its conclusion does not follow"), (cut or standing or known.get("empty"), "nothing in it"),
                          (not cut or self.told >= self.grammar["cut"]["from"], "cut short in a short report")])
        for one, place in known["steps"].items() if not cut else ():
            due = place.get("due") == "always" or place.get("due") == "passed" and told == PASSED
            self.hold(where, [(due <= standing.count(one) < (2 if place.get("once") else 1e9), f"{one} is missing or twice")])
        for step, one in zip(block["steps"], standing):
            place = known["steps"].get(one) or {"outcomes": ["passed", "failed", "tolerated"] if one in self.grammar["anywhere"] else []}
            if "block" in step:
                binding = place.get("binding", step["binding"])
                fits = one in known["steps"] and step["binding"] == (binding if isinstance(binding, bool) else binding not in passed)
            else:
                named = self.grammar["inputs"].get(one, {}).get("skipped" if step["outcome"] == "skipped" else "asked", [])
                fits = step["outcome"] in place["outcomes"] and sorted(step["inputs"]) in named
                fits = fits and (not cut or step["outcome"] == "failed" or one in ("chosen", self.grammar["cut"]["check"]))
            self.hold(where, [(fits, f"{one} does not stand so")])

    def step(self, where, step, block, root):
        if step["check"] == "chosen":
            plain = block["combine"] != "all" and step["outcome"] == "passed" and "otherwise" not in step
            return self.hold(where, [(plain and step["clause"] == block["clause"], "more than a name")])
        clause, declared, _ = self.checks[step["check"]]
        self.hold(where, [(step["clause"] == clause, "another clause"),
                          ((step["outcome"] == "passed") == ("otherwise" not in step), "otherwise"),
                          ("otherwise" not in step or conclusion(step["otherwise"]) == declared or self.remapped(step, root), "concludes otherwise")])
        if step["check"] in self.comparisons and step["outcome"] != "skipped":
            holds = all(compared(step["inputs"], *one) for one in self.comparisons[step["check"]])
            self.hold(where, [(holds == (step["outcome"] == "passed"), "not what its inputs say")])

        if step["check"] in self.mending:
            basic = next(one for one, _ in walk(root) if one["name"] == BASIC and one["subject"] == block["subject"])
            self.hold(where, [(mended(step, basic, self.mending[step["check"]]), "does not follow from the basic result")])

    def remapped(self, step, root):
        rule, found, inputs = self.remappings.get(step["check"], []), conclusion(step["otherwise"]), step["inputs"]
        if rule == "failed check":
            return any(other.get("check") == inputs["check"] and other["outcome"] == "failed" and conclusion(other["otherwise"]) == found
                       for block, _ in walk(root) for other in block["steps"])
        if rule in ("block", "root"):
            return any(conclusion(block["conclusion"]) == found for block, _ in (walk(root) if rule == "block" else [(root, False)]))
        return found in rule if isinstance(rule, list) else found == inputs[rule.removeprefix("input ")]


def compared(inputs, one, how, other):
    if how in ORDER:
        return ORDER[how](moment(inputs[one]), moment(inputs[other]))
    return inputs[one] == (other if how == "is" else inputs[other])


def mended(step, basic, rule):
    """Whether what may be mended is what the basic result says (docs/report.md, "Mending")."""
    passed, found = step["outcome"] == "passed", conclusion(basic["conclusion"])
    if "conclusions" in rule:
        return step["inputs"]["basic"] == found and (not passed or found in rule["conclusions"])
    lasting = next((one["check"] for one in failures(basic) if one["check"] not in rule["failures"]), "")
    return step["inputs"]["check"] == lasting and passed == (not lasting)
