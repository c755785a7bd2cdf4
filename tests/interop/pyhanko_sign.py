"""Signs the files of a folder with pyHanko in every way that the crate reads, and prints one line for each: file, signatures, password.

Arguments: a folder with `input.pdf`, `leader.p12`, `ec.p12` (password `kyso-demo`), and the output folder.
"""

import os
import sys
from datetime import datetime, timezone
from io import BytesIO

import qpdf_inputs
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

PASSWORD = b"kyso-demo"


def signer(path, pss=False):
    return signers.SimpleSigner.load_pkcs12(path, passphrase=PASSWORD, prefer_pss=pss)


def sign(octets, key, password=None, **options):
    writer = IncrementalPdfFileWriter(BytesIO(octets), strict=False)
    if password is not None:
        writer.encrypt(password)
    meta = signers.PdfSignatureMetadata(field_name=options.pop("field", "Signature1"), **options)
    return signers.sign_pdf(writer, meta, signer=key).getvalue()


def main(source, target):
    plain = open(os.path.join(source, "input.pdf"), "rb").read()
    rsa, pss, ec = signer(f"{source}/leader.p12"), signer(f"{source}/leader.p12", pss=True), signer(f"{source}/ec.p12")
    pades, pkcs7 = SigSeedSubFilter.PADES, SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    made = {}
    for digest in ("sha256", "sha384", "sha512"):
        made[f"rsa-{digest}"] = (sign(plain, rsa, md_algorithm=digest, subfilter=pades), 1, "")
        made[f"pss-{digest}"] = (sign(plain, pss, md_algorithm=digest, subfilter=pades), 1, "")
    made["ecdsa-sha256"] = (sign(plain, ec, md_algorithm="sha256", subfilter=pades), 1, "")
    made["pkcs7"] = (sign(plain, rsa, md_algorithm="sha256", subfilter=pkcs7), 1, "")
    for name, permission in (("p1", MDPPerm.NO_CHANGES), ("p2", MDPPerm.FILL_FORMS), ("p3", MDPPerm.ANNOTATE)):
        made[f"certified-{name}"] = (sign(plain, rsa, certify=True, docmdp_permissions=permission, subfilter=pades), 1, "")
    certified = made["certified-p2"][0]
    made["certified-then-approved"] = (sign(certified, ec, field="Signature2", subfilter=pades), 2, "")
    twice = sign(made["rsa-sha256"][0], ec, field="Signature2", subfilter=pades)
    made["two"] = (twice, 2, "")
    made["three"] = (sign(twice, rsa, field="Signature3", subfilter=pkcs7), 3, "")
    for name, octets, password in qpdf_inputs.variants(os.path.join(source, "input.pdf")):
        made[name] = (sign(octets, rsa, password=password, subfilter=pades), 1, (password or b"").decode())
    os.makedirs(target, exist_ok=True)
    for name, (octets, count, password) in sorted(made.items()):
        path = os.path.join(target, f"{name}.pdf")
        with open(path, "wb") as output:
            output.write(octets)
        print(path, count, password, sep="\t")


main(*sys.argv[1:])
