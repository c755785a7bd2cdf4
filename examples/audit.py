#!/usr/bin/env python3
"""Audits validity reports `urn:kyso:report:1`: derives every conclusion again from the steps, as docs/report.md tells.

    audit.py docs REPORT.json...        0: all hold, 1: some do not; of docs are read checks.md and report.grammar.json
"""
import datetime
import json
import re
import sys

GRAVITY = {"TOTAL-FAILED": 2, "INDETERMINATE": 1}
CLASSES = ["none", "extension", "form_filling", "annotation", "other"]
COUNTED = ("signature", "counter_signature", "unsupported")
STAMPS = ("document_timestamp", "container_timestamp")
UNLISTED = ("permitted_changes.objects_listed", "limit.changes")
PASSED = ("TOTAL-PASSED", None)
BOUNDS = {"OUT_OF_BOUNDS_NO_POE", "OUT_OF_BOUNDS_NOT_REVOKED"}
REVOKED = {"TRY_LATER", "REVOKED_NO_POE", "REVOKED_CA_NO_POE"}
# Checks whose conclusion depends on the case: what it may be beside the declared one (docs/report.md, "Remappings").
REMAPPED = {
    "revocation.not_revoked": REVOKED, "signature_with_time.revoked_after": REVOKED, "signature_with_time.not_after_validity": BOUNDS,
    "signature_with_time.revocation_signer_valid": {"OUT_OF_BOUNDS_NO_POE"},
}
# Checks that compare their inputs and nothing else (docs/report.md, "Comparisons"); not_after counts in whole seconds.
PERIOD = [("not_before", "time"), ("time", "not_after")]
COMPARED = {
    "basic_processing.within_validity": PERIOD, "basic_processing.signer_within_validity": PERIOD,
    "revocation.signer_within_validity": PERIOD, "time_stamp.made_in_validity": PERIOD,
    "signature_with_time.not_before_validity": [("not_before", "best_signature_time")],
    "signature_with_time.not_after_validity": [("best_signature_time", "not_after")],
    "signature_with_time.revocation_signer_valid": [("not_before", "existed"), ("existed", "not_after")],
    "past_signature_validation.existed_by_control_time": [("existed", "control_time")],
    "long_term.timestamps_in_order": [("earlier_time", "later_time")], "time_stamp.not_in_future": [("time", "validation_time")],
}
EQUAL = ("cryptographic_verification.data_intact", "signing_certificate.reference_matches")


def holds(check, inputs):
    """Whether the inputs say that the check holds; None where they do not tell."""
    if check in EQUAL:
        return inputs["expected"] == inputs["actual"]
    if check == "proof_of_existence.timestamp_proves":
        return inputs["conclusion"] == "TOTAL-PASSED"
    if check == "signature_with_time.revoked_after":
        return moment(inputs["best_signature_time"]) < moment(inputs["revoked_at"])
    if check not in COMPARED:
        return None
    pairs = [(moment(inputs[one]), moment(inputs[other]), other == "not_after") for one, other in COMPARED[check]]
    return all(one[0] <= other[0] if seconds else one <= other for one, other, seconds in pairs)


def known_checks(path):
    """The table of docs/checks.md: id -> (clause, conclusion, English, Vietnamese)."""
    rows = (line.strip("| \n").split(" | ") for line in open(path, encoding="utf-8") if line.startswith("| `"))
    return {row[0].strip("`"): (row[1], spoken(row[2]), *row[3].split("<br>")) for row in rows}


def spoken(text):
    indication, _, sub = text.partition(" / ")
    return indication, sub or None


def concluded(thing):
    return thing.get("indication"), thing.get("sub_indication")


def moment(text):
    base, fraction = re.fullmatch(r"([^.]*?)(\.\d+)?Z", text).groups()
    return datetime.datetime.fromisoformat(base), float(fraction or 0)


def derive(block):
    """What `block` concludes by its steps: the rule of docs/report.md."""
    objections = [objection(step) for step in block["steps"]]
    if block["combine"] == "all":
        return next((found for found in objections if found), PASSED)
    if block["combine"] == "any" and not any(step.get("binding") and not found for step, found in zip(block["steps"], objections)):
        return objections[chosen(block)["position"]]
    return PASSED


def objection(step):
    if "block" in step:
        conclusion = concluded(step["block"]["conclusion"])
        return conclusion if step["binding"] and conclusion != PASSED else None
    return concluded(step["otherwise"]) if step["outcome"] == "failed" else None


def chosen(block):
    return next(step["inputs"] for step in block["steps"] if step.get("check") == "chosen")


def failures(block):
    """The failed checks that stand against `block`, the deciding one first."""
    if block["combine"] == "earliest" or concluded(block["conclusion"]) == PASSED:
        return []
    steps = block["steps"] if block["combine"] == "all" else [block["steps"][chosen(block)["position"]]]
    inner = [failures(step["block"]) if step.get("binding") else [step] if step.get("outcome") == "failed" else [] for step in steps]
    return [step for found in inner for step in found]


def key(block):
    return " | ".join((block["name"], block["clause"], block["combine"]))


def walk(block):
    yield block
    for step in block["steps"]:
        if "block" in step:
            yield from walk(step["block"])


class Auditor:
    def __init__(self, report, checks, grammar):
        self.report, self.checks, self.grammar, self.faults = report, checks, grammar, []

    def hold(self, condition, what):
        if not condition:
            self.faults.append(what)

    def audit(self):
        report = self.report
        self.hold(report["schema"] == "urn:kyso:report:1", "another schema")
        count = {"S": 0, "T": 0}
        for entry in report["signatures"]:
            letter = "T" if entry["kind"] in STAMPS else "S"
            count[letter] += 1
            self.hold(entry["id"] == f"{letter}{count[letter]}", f"{entry['id']}: out of order")
        for entry in report["signatures"]:
            self.entry(entry)
        self.document()
        for want in report["wants"]:
            self.hold(want["why"] in self.checks, f"{want['why']}: no such check")
        return self.faults

    def block(self, block, where, root):
        if derive(block) != concluded(block["conclusion"]):
            self.hold(False, f"{where}: the conclusion of `{block['name']}` does not follow from its steps")
        self.production(block, where)
        for step in block["steps"]:
            if "block" not in step:
                self.step(step, where, block, root)

    def production(self, block, where):
        """What may and must stand in `block` (docs/report.md, "The grammar")."""
        where, known = f"{where}: `{block['name']}`", self.grammar["blocks"][key(block)]
        self.hold(block["steps"] or known.get("empty"), f"{where}: nothing stands in it")
        standing = [key(step["block"]) if "block" in step else step["check"] for step in block["steps"]]
        passed = [step["check"] for step in block["steps"] if step.get("outcome") == "passed"]
        for one, place in known["steps"].items():
            due = place.get("due") == "always" or place.get("due") == "passed" and concluded(block["conclusion"]) == PASSED
            self.hold(standing.count(one) >= due and (standing.count(one) < 2 or not place.get("once")), f"{where}: {one} is missing or twice")
        for step, one in zip(block["steps"], standing):
            place = known["steps"].get(one) or {"outcomes": ["passed", "failed", "tolerated"] if one in self.grammar["anywhere"] else []}
            if "block" in step:
                binding = place.get("binding", step["binding"])
                self.hold(step["binding"] == (binding if isinstance(binding, bool) else binding not in passed), f"{where}: {one} binds or not")
                continue
            named = self.grammar["inputs"].get(one, {}).get("skipped" if step["outcome"] == "skipped" else "asked", [])
            self.hold(step["outcome"] in place["outcomes"] and sorted(step["inputs"]) in named, f"{where}: {one} does not stand so")

    def step(self, step, where, block, root):
        if step["check"] == "chosen":
            self.hold(block["combine"] != "all" and step["outcome"] == "passed" and step["clause"] == block["clause"], f"{where}: chosen")
            return
        known = self.checks.get(step["check"])
        if known is None:
            return self.hold(False, f"{where}: {step['check']} is not a check")
        clause, declared, *_ = known
        self.hold(step["clause"] == clause, f"{where}: {step['check']} is asked by {clause}")
        self.hold((step["outcome"] == "passed") == ("otherwise" not in step), f"{where}: {step['check']}: otherwise")
        if "otherwise" in step and concluded(step["otherwise"]) != declared:
            self.hold(self.remapped(step, root), f"{where}: {step['check']} does not conclude {concluded(step['otherwise'])}")
        compared = holds(step["check"], step["inputs"]) if step["outcome"] != "skipped" else None
        self.hold(compared in (None, step["outcome"] == "passed"), f"{where}: {step['check']} is not what its inputs say")

    def remapped(self, step, root):
        conclusion, inputs = concluded(step["otherwise"]), step["inputs"]
        if step["check"] == "signature_with_time.basic_result_may_be_mended":
            return conclusion == spoken(inputs["basic"])
        if step["check"] == "verdict.entries_passed":
            return conclusion == spoken(inputs["conclusion"])
        if step["check"] in ("signature_with_time.every_failure_may_be_mended", "past_signature_validation.past_may_mend"):
            return any(other.get("check") == inputs["check"] and other["outcome"] == "failed" and concluded(other["otherwise"]) == conclusion
                       for block in walk(root) for other in block["steps"])
        if step["check"] == "past_signature_validation.existed_by_control_time":
            return any(concluded(block["conclusion"]) == conclusion for block in walk(root))
        return conclusion[0] == "INDETERMINATE" and conclusion[1] in REMAPPED.get(step["check"], ())

    def reasons(self, block):
        found = []
        for step in failures(block):
            _, _, *sentences = self.checks.get(step["check"], ("", "", "", ""))
            filled = [re.sub(r"{(\w+)}", lambda name: shown(step["inputs"].get(name[1], "?")), sentence) for sentence in sentences]
            reason = {"check": step["check"], "en": filled[0], "vi": filled[1]}
            if reason not in found:
                found.append(reason)
        return found

    def entry(self, entry):
        where, root = entry["id"], entry["checks"]
        self.hold(key(root) in self.grammar["roots"].get(entry["kind"], []), f"{where}: its checks are about something else")
        for block in walk(root):
            self.block(block, where, root)
        self.hold(concluded(entry) == concluded(root["conclusion"]), f"{where}: its verdict is not what its checks conclude")
        self.hold(entry["reasons"] == self.reasons(root), f"{where}: its reasons are not the failed checks")
        claims = concluded(entry)[0] == "INDETERMINATE" and "claimed" in entry["times"]
        self.hold(claims or "if_claimed_time" not in entry, f"{where}: if_claimed_time")
        certificates = {one["id"]: one for one in entry["certificates"]}
        signer = entry.get("signer")
        if signer:
            own = certificates.get(signer["certificate"], {})
            self.hold(own.get("role") == "signer" and own.get("subject") == signer["subject"]["dn"], f"{where}: signer")
        anchors = [(one["sha256"], one["store"], one.get("track")) for one in self.report["inputs"]["trust_anchors"]]
        if "anchor" in entry:
            self.hold((entry["anchor"], entry["anchor_store"], entry.get("anchor_track")) in anchors, f"{where}: anchor")
        evidence = {one["id"] for one in self.report["inputs"]["evidence"]}
        for status in entry["revocation"]:
            self.hold(status["source"] in evidence | {"none"}, f"{where}: status from evidence that is not listed")
            self.hold(status["certificate"] in evidence | set(certificates), f"{where}: status of an unknown certificate")
        self.modifications(entry)
        self.times(entry)

    def modifications(self, entry):
        changes = entry.get("modifications")
        if changes:
            worst = max([CLASSES.index(one["class"]) for one in changes["changes"]], default=0)
            told = (changes["class"], changes["permitted"])
            fits = told == (CLASSES[worst], all(one["permitted"] for one in changes["changes"]))
            # Changes that cannot be listed are of the gravest class.
            unlisted = told == ("other", False) and any(one["check"] in UNLISTED for one in entry["reasons"])
            self.hold(fits or unlisted, f"{entry['id']}: modifications")

    def times(self, entry):
        where, times, inputs = entry["id"], entry["times"], self.report["inputs"]
        ids = {one["id"] for one in self.report["signatures"] + entry["timestamps"]}
        own = {f"{kind}_timestamp": [] for kind in ("content", "signature", "references", "archive", "document")}
        for stamp in entry["timestamps"]:
            self.hold(all(one in ids for one in stamp["covers"]), f"{where}: {stamp['id']} covers what is not there")
            if concluded(stamp) == PASSED:
                own[stamp["kind"]].append(stamp["time"])
        # One on value and references is told as one on the value.
        own["signature_timestamp"] += own["references_timestamp"]
        best = {"validation_time": [inputs["time"]], "supplied": [inputs.get("existence")]}.get(times["source"]) or own[times["source"]]
        self.hold(times["best_signature_time"] in best, f"{where}: best_signature_time")
        proof = max(own["content_timestamp"], default=None, key=moment)
        self.hold(times.get("not_before_proof") == proof, f"{where}: not_before_proof")

    def document(self):
        report, conclusion = self.report, self.report["conclusion"]
        entries = report["signatures"]
        self.hold(key(conclusion["checks"]) in self.grammar["roots"]["document"], "document: its checks are about something else")
        for block in walk(conclusion["checks"]):
            self.block(block, "document", conclusion["checks"])
        self.hold(concluded(conclusion) == concluded(conclusion["checks"]["conclusion"]), "document: verdict")
        counted = [one for one in entries if one["kind"] in COUNTED] or [one for one in entries if one["kind"] in STAMPS]
        steps = {step["check"]: step for step in conclusion["checks"]["steps"] if "check" in step}
        present = steps.get("verdict.signature_present")
        if present:
            self.hold(present["inputs"]["counted"] == [one["id"] for one in counted], "document: the entries that count")
            self.hold((present["outcome"] == "passed") == bool(counted), "document: signature_present")
        worst = max(counted, key=lambda one: GRAVITY.get(one["indication"], 0), default=None)
        reasons = self.reasons(conclusion["checks"])
        if present and worst:
            told = steps["verdict.entries_passed"]
            expected = (worst["id"], " / ".join(filter(None, concluded(worst))))
            self.hold((told["inputs"]["worst"], told["inputs"]["conclusion"]) == expected, "document: the worst entry")
            self.hold((told["outcome"] == "passed") == (concluded(worst) == PASSED), "document: entries_passed")
            if reasons and reasons[0]["check"] == "verdict.entries_passed":
                reasons = worst["reasons"] + [one for one in reasons[1:] if one not in worst["reasons"]]
        self.hold(conclusion["reasons"] == reasons, "document: its reasons are not the failed checks")
        facts = report["document"]
        self.hold(facts["signatures"] == sum(one["kind"] in COUNTED for one in entries), "document: number of signatures")
        covered = any(one["kind"] in COUNTED and concluded(one) == PASSED and
                      (one["coverage"]["whole_document"] or one.get("modifications", {}).get("permitted")) for one in entries)
        self.hold(facts["covered_by_valid_signature"] == covered, "document: covered_by_valid_signature")
        later = max([CLASSES.index(one["modifications"]["class"]) for one in entries if "modifications" in one], default=0)
        self.hold(CLASSES.index(facts["later_changes"]) == later, "document: later_changes")


def shown(value):
    return ", ".join(map(shown, value)) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)


def once(pairs):
    """An object whose members stand once each: of two, one reader takes the first and another the last (RFC 8259 §4)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def main(docs, *paths):
    checks, bad = known_checks(f"{docs}/checks.md"), 0
    with open(f"{docs}/report.grammar.json", encoding="utf-8") as file:
        grammar = json.load(file)
    for path in paths:
        with open(path, encoding="utf-8") as file:
            try:
                faults = Auditor(json.load(file, object_pairs_hook=once), checks, grammar).audit()
            except (KeyError, TypeError, IndexError, AttributeError, StopIteration, ValueError, RecursionError) as error:
                faults = [f"not of the form of a report: {error!r}"]
        bad += bool(faults)
        for fault in faults:
            print(f"{path}: {fault}")
    print(f"{len(paths)} reports, {bad} with faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
