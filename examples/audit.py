#!/usr/bin/env python3
"""Audits validity reports `urn:kyso:report:1`: derives every conclusion again from the steps, as docs/report.md tells.

    audit.py docs REPORT.json...    0: all hold, 1: some do not; of docs are read checks.md, report.grammar.json and report.rules.json
"""
import datetime
import json
import operator
import re
import sys

GRAVITY = {"TOTAL-FAILED": 2, "INDETERMINATE": 1}
CLASSES = ["none", "extension", "form_filling", "annotation", "other"]
COUNTED, STAMPS = ("signature", "counter_signature", "unsupported"), ("document_timestamp", "container_timestamp")
CLAIMED, BASIC, PASSED = "Validation as of the claimed time", "Validation process for Basic Signatures", "TOTAL-PASSED"
ORDER = {"<": operator.lt, "<=": operator.le, "<= in seconds": lambda one, other: one[0] <= other[0]}


def conclusion(thing):
    return " / ".join(filter(None, (thing["indication"], thing.get("sub_indication"))))


def moment(text):
    base, fraction = re.fullmatch(r"([^.]*?)(\.\d+)?Z", text).groups()
    return datetime.datetime.fromisoformat(base), float(fraction or 0)


def shown(value):
    return ", ".join(map(shown, value)) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)


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


class Auditor:
    def __init__(self, docs):
        rows = (line.strip("| \n").split(" | ") for line in open(f"{docs}/checks.md", encoding="utf-8") if line.startswith("| `"))
        self.checks = {row[0].strip("`"): (row[1], row[2], row[3].split("<br>")) for row in rows}
        self.grammar, rules = (json.load(open(f"{docs}/report.{name}.json", encoding="utf-8")) for name in ("grammar", "rules"))
        self.comparisons, self.remappings, self.mending = rules["comparisons"], rules["remappings"], rules["mending"]

    def audit(self, report):
        self.report, self.faults = report, []
        self.told = sum(len(block["steps"]) for entry in report["signatures"] for block, _ in walk(entry["checks"]))
        self.hold("report", [(report["schema"] == "urn:kyso:report:1", "another schema")])
        count = {True: 0, False: 0}
        for entry in report["signatures"]:
            stamp = entry["kind"] in STAMPS
            count[stamp] += 1
            self.hold(entry["id"], [(entry["id"] == f"{'ST'[stamp]}{count[stamp]}", "out of order")])
            self.entry(entry["id"], entry)
        self.document(report["document"], report["conclusion"], report["signatures"])
        self.hold("wants", [(want["why"] in self.checks, want["why"]) for want in report["wants"]])
        return self.faults

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

    def reasons(self, block):
        found = []
        for step in failures(block):
            filled = [re.sub(r"{(\w+)}", lambda name: shown(step["inputs"].get(name[1], "?")), text) for text in self.checks[step["check"]][2]]
            reason = {"check": step["check"], "en": filled[0], "vi": filled[1]}
            found += [reason] if reason not in found else []
        return found

    def entry(self, where, entry):
        root, times, inputs = entry["checks"], entry["times"], self.report["inputs"]
        self.derivation(where, entry["kind"], root)
        would = [conclusion(step["block"]["conclusion"]) for step in root["steps"] if step.get("block", {}).get("name") == CLAIMED]
        open_claim = entry["indication"] == "INDETERMINATE" and "claimed" in times and entry["kind"] not in STAMPS
        certificates = {one["id"]: one for one in entry["certificates"]}
        signer, evidence = entry.get("signer"), {one["id"] for one in inputs["evidence"]}
        own = certificates.get(signer["certificate"], {}) if signer else {}
        anchors = [(one["sha256"], one["store"], one.get("track")) for one in inputs["trust_anchors"]]
        changes = entry.get("modifications", {"class": "none", "permitted": True, "changes": []})
        worst = CLASSES[max([CLASSES.index(one["class"]) for one in changes["changes"]], default=0)]
        told = (changes["class"], changes["permitted"])
        # Changes that cannot be listed are of the gravest class.
        unlisted = any(one["check"] in ("permitted_changes.objects_listed", "limit.changes") for one in entry["reasons"])
        stamps = [(stamp["kind"].replace("references", "signature"), stamp["time"]) for stamp in entry["timestamps"] if conclusion(stamp) == PASSED]
        best = {"validation_time": [inputs["time"]], "supplied": [inputs.get("existence")]}
        best = best.get(times["source"]) or [time for kind, time in stamps if kind == times["source"]]
        ids = {one["id"] for one in self.report["signatures"] + entry["timestamps"]}
        now = [chosen(block)["time"] for block, _ in walk(root, enters=lambda block: block["name"] != CLAIMED)
               if block["combine"] == "earliest" and block["subject"] == where]
        self.hold(where, [
            (root["subject"] == where and conclusion(entry) == conclusion(root["conclusion"]), "its verdict is not what its checks conclude"),
            (entry["reasons"] == self.reasons(root), "its reasons are not the failed checks"),
            (([conclusion(entry["if_claimed_time"])] if "if_claimed_time" in entry else []) == would and bool(would) == open_claim, "if_claimed_time"),
            (not signer or (own.get("role"), own.get("subject")) == ("signer", signer["subject"]["dn"]), "signer"),
            ("anchor" not in entry or (entry["anchor"], entry["anchor_store"], entry.get("anchor_track")) in anchors, "anchor"),
            (told == (worst, all(one["permitted"] for one in changes["changes"])) or unlisted and told == ("other", False), "modifications"),
            (times["best_signature_time"] in best and set(now) <= {times["best_signature_time"]}, "best_signature_time"),
            (times.get("not_before_proof") == max([time for kind, time in stamps if kind == "content_timestamp"], default=None, key=moment), "proof"),
        ] + [(set(stamp["covers"]) <= ids, f"{stamp['id']} covers what is not there") for stamp in entry["timestamps"]]
          + [(status["source"] in evidence | {"none"} and status["certificate"] in evidence | set(certificates), "a status of nothing")
             for status in entry["revocation"]])

    def document(self, facts, told, entries):
        root = told["checks"]
        self.derivation("document", "document", root)
        counted = [one for one in entries if one["kind"] in COUNTED] or [one for one in entries if one["kind"] in STAMPS]
        steps, reasons = {step["check"]: step for step in root["steps"] if "check" in step}, self.reasons(root)
        worst = max(counted, key=lambda one: GRAVITY.get(one["indication"], 0), default=None)
        present, passed = (steps.get(f"verdict.{name}") for name in ("signature_present", "entries_passed"))
        if present and worst:
            named = (passed["inputs"]["worst"], passed["inputs"]["conclusion"], passed["outcome"] == "passed")
            self.hold("document", [(named == (worst["id"], conclusion(worst), conclusion(worst) == PASSED), "the worst entry")])
            if reasons and reasons[0]["check"] == "verdict.entries_passed":
                reasons = worst["reasons"] + [one for one in reasons[1:] if one not in worst["reasons"]]
        covered = any(one["kind"] in COUNTED and conclusion(one) == PASSED and
                      (one["coverage"]["whole_document"] or one.get("modifications", {}).get("permitted")) for one in entries)
        later = max([CLASSES.index(one["modifications"]["class"]) for one in entries if "modifications" in one], default=0)
        listed = present and (present["inputs"]["counted"], present["outcome"]) == ([one["id"] for one in counted], "passed" if counted else "failed")
        self.hold("document", [
            (conclusion(told) == conclusion(root["conclusion"]) and told["reasons"] == reasons, "its verdict or reasons do not follow"),
            (listed or not present and not counted, "the entries that count"),
            (facts["signatures"] == sum(one["kind"] in COUNTED for one in entries), "number of signatures"),
            (facts["covered_by_valid_signature"] == covered, "covered_by_valid_signature"),
            (CLASSES.index(facts["later_changes"]) == later, "later_changes"),
        ])


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


def once(pairs):
    """Members stand once each: of two, one reader takes the first and another the last (RFC 8259 §4)."""
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a member stands twice")
    return dict(pairs)


def main(docs, *paths):
    auditor, bad = Auditor(docs), 0
    for path in paths:
        try:
            faults = auditor.audit(json.load(open(path, encoding="utf-8"), object_pairs_hook=once))
        except (KeyError, TypeError, IndexError, AttributeError, StopIteration, ValueError, RecursionError) as error:
            faults = [f"not of the form of a report: {error!r}"]
        bad += bool(faults)
        print(*(f"{path}: {fault}" for fault in faults), sep="\n", end="\n" * bool(faults))
    print(f"{len(paths)} reports, {bad} with faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
