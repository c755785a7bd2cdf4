"""Validates signatures at levels with pyHanko, without network, and prints one line for each: file, field, verdict, what it says.

Arguments: the trust anchor, a folder with certificates and CRLs for B-T (which has none in the file), the validation time in seconds, and a
list: file, level, parted by tabs.
"""

import asyncio
import glob
import logging
import sys
from datetime import datetime, timezone

from asn1crypto import crl
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.ades import ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer


def specification(root, knowledge):
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=[root]),
        revinfo_policy=CertRevTrustPolicy(revocation_checking_policy=REQUIRE_REVINFO),
    )
    gathering = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    return SignatureValidationSpec(
        cert_validation_policy=policy,
        ts_cert_validation_policy=policy,
        revinfo_gathering_policy=gathering,
        local_knowledge=knowledge,
    )


def knowledge_in(folder):
    lists = [crl.CertificateList.load(open(path, 'rb').read()) for path in glob.glob(f'{folder}/*.crl')]
    certificates = [load_cert_from_pemder(path) for path in glob.glob(f'{folder}/*.pem')]
    return LocalKnowledge(known_crls=[CRLContainer(one) for one in lists], known_certs=certificates)


async def validate(embedded, level, root, folder, moment):
    timing = ValidationTimingInfo(validation_time=moment, best_signature_time=moment, point_in_time_validation=False)
    if level == 'B-T':
        return await ades_with_time_validation(
            embedded.signed_data,
            specification(root, knowledge_in(folder)),
            timing_info=timing,
            raw_digest=embedded.compute_digest(),
        )
    specified = PdfSignatureValidationSpec(specification(root, LocalKnowledge()))
    return await ades_lta_validation(embedded, specified, timing_info=timing)


class Result:
    """Without a document timestamp nothing is proven of the past: the store's evidence at the present time."""

    def __init__(self, status):
        stamp = status.timestamp_validity
        # Where several signatures have one timestamp, it is on the document, and this way of validation does not look there.
        stamped = stamp is None or (stamp.intact and stamp.valid and stamp.trusted)
        self.ades_subindic = AdESPassed.OK if status.bottom_line and stamped else 'FAILED'
        self.failure_msg = status.summary()


def with_store(embedded, root, moment):
    store = DocumentSecurityStore.read_dss(embedded.reader)
    context = lambda: store.as_validation_context(
        {'trust_roots': [root], 'moment': moment, 'allow_fetching': False, 'revocation_mode': 'require'}
    )
    return Result(validate_pdf_signature(embedded, context(), context()))


def main():
    logging.disable(logging.CRITICAL)
    root, folder = load_cert_from_pemder(sys.argv[1]), sys.argv[2]
    moment = datetime.fromtimestamp(int(sys.argv[3]), timezone.utc)
    for line in open(sys.argv[4], encoding='utf-8'):
        path, level = line.rstrip('\n').split('\t')
        try:
            with open(path, 'rb') as stream:
                reader = PdfFileReader(stream)
                if reader.encrypted:
                    reader.decrypt('')
                for embedded in reader.embedded_regular_signatures:
                    embedded.compute_integrity_info()
                    integrity = embedded.summarise_integrity_info()
                    changes, permitted = embedded.diff_result, integrity['docmdp_ok']
                    if level == 'B-LT':
                        result = with_store(embedded, root, moment)
                    else:
                        result = asyncio.run(validate(embedded, level, root, folder, moment))
                    explained = not isinstance(changes, SuspiciousModification) and permitted is not False
                    verdict = 'VALID' if result.ades_subindic == AdESPassed.OK and explained else 'INVALID'
                    said = f'{result.ades_subindic} {result.failure_msg} {changes} {permitted}'
                    print(path, embedded.field_name, verdict, said, sep='\t')
        except Exception as error:  # every fault of every file is told
            print(path, '-', 'INVALID', f'{type(error).__name__}: {error}', sep='\t')


main()
