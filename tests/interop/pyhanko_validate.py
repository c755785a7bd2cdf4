"""Validates every signature of the files named in a list with pyHanko, and prints one line for each: file, field, verdict, reasons.

Arguments: the trust anchor (PEM or DER), and the list: file, password (may be empty), parted by tabs.
"""

import asyncio
import logging
import sys
from datetime import datetime, timezone

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.ades import ades_basic_validation
from pyhanko.sign.validation.policy_decl import SignatureValidationSpec
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec, ValidationDataHandlers
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, NO_REVOCATION, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager

MOMENT = datetime(2026, 11, 22, 3, 0, tzinfo=timezone.utc)


def validate(root, path, password):
    with open(path, 'rb') as stream:
        # Hybrid files are not read in strict mode, by principle.
        reader = PdfFileReader(stream, strict='hybrid' not in path)
        if reader.encrypted:
            reader.decrypt(password)
        for embedded in reader.embedded_signatures:
            context = ValidationContext(trust_roots=[root], moment=MOMENT, allow_fetching=False, revocation_mode='soft-fail')
            status = validate_pdf_signature(embedded, context)
            ades = asyncio.run(basic_validation(root, embedded))
            good = status.bottom_line and ades == AdESPassed.OK
            verdict = 'VALID' if good else 'INVALID'
            print(path, embedded.field_name, verdict, status.summary(), status.coverage.name, ades, sep='\t')


async def basic_validation(root, embedded):
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[root]),
        revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=NO_REVOCATION),
    )
    result = await ades_basic_validation(
        embedded.signed_data,
        SignatureValidationSpec(cert_validation_policy=policy),
        timing_info=ValidationTimingInfo(validation_time=MOMENT, best_signature_time=MOMENT, point_in_time_validation=True),
        raw_digest=embedded.compute_digest(),
        signature_not_before_time=None,
    )
    return result.ades_subindic


def main():
    logging.disable(logging.CRITICAL)
    root = load_cert_from_pemder(sys.argv[1])
    for line in open(sys.argv[2], encoding='utf-8'):
        path, password = line.rstrip('\n').split('\t')
        try:
            validate(root, path, password)
        except Exception as error:  # every fault of every file is told
            print(path, '-', 'INVALID', f'{type(error).__name__}: {error}', '-', '-', sep='\t')


main()
