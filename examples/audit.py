#!/usr/bin/env python3
"""Audits validity reports `urn:kyso:report:1`: derives every conclusion again from the steps, as docs/report.md tells.

    audit.py docs REPORT.json...    0: all hold, 1: some do not; of docs are read checks.md, report.grammar.json and report.rules.json
"""
import json
import re
import sys

from audit_derivation import PASSED, Derivations, chosen, conclusion, failures, moment, walk

GRAVITY = {"TOTAL-FAILED": 2, "INDETERMINATE": 1}
CLASSES = ["none", "extension", "form_filling", "annotation", "other"]
COUNTED, STAMPS = ("signature", "counter_signature", "unsupported"), ("document_timestamp", "container_timestamp")
CLAIMED = "Validation as of the claimed time"


def shown(value):
    return ", ".join(map(shown, value)) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else str(value)


class Auditor(Derivations):
    """What else a report concludes: from the derivations of its entries, and from each other."""

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
