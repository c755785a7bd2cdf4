"""Lets pyHanko make one later revision of each honest kind of a form that it signed; prints a line each: file, the class that the signature sees.

Arguments: a folder with `leader.p12`, `ec.p12` (password `kyso-demo`), and the output folder. Writes the form as `form.pdf` beside the keys; a
`signed.pdf` there, the form signed by another program, is taken instead.
"""

import os
import sys
from io import BytesIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.sign import fields, signers, timestamps
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore

PASSWORD = b"kyso-demo"


def form():
    """A page with a text field and a place for the seal."""
    writer = PdfFileWriter()
    content = writer.add_object(generic.StreamObject(stream_data=b"BT ET"))
    page = PageObject(contents=content, media_box=(0, 0, 595, 842))
    reference = writer.insert_page(page)
    font = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Font"),
                pdf_name("/Subtype"): pdf_name("/Type1"),
                pdf_name("/BaseFont"): pdf_name("/Helvetica"),
                pdf_name("/Encoding"): pdf_name("/WinAnsiEncoding"),
            }
        )
    )
    field = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): pdf_string("number"),
            pdf_name("/DA"): pdf_string("/F1 12 Tf"),
            pdf_name("/F"): generic.NumberObject(4),
            pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (72, 600, 300, 620))),
            pdf_name("/P"): reference,
        }
    )
    field = writer.add_object(field)
    resources = generic.DictionaryObject({pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F1"): font})})
    writer.root["/AcroForm"] = generic.DictionaryObject(
        {pdf_name("/Fields"): generic.ArrayObject([field]), pdf_name("/DR"): resources, pdf_name("/DA"): pdf_string("/F1 12 Tf")}
    )
    reference.get_object()["/Annots"] = generic.ArrayObject([field])
    fields.append_signature_field(writer, SigFieldSpec("seal", on_page=0, box=(300, 100, 420, 160)))
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def update(octets, change):
    writer = IncrementalPdfFileWriter(BytesIO(octets))
    change(writer)
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def fill(value, shown):
    def change(writer):
        field = writer.root["/AcroForm"]["/Fields"].raw_get(0)
        font = writer.root["/AcroForm"]["/DR"]["/Font"].raw_get("/F1")
        resources = generic.DictionaryObject({pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F1"): font})})
        entries = {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 228, 20))),
            pdf_name("/Resources"): resources,
        }
        content = f"/Tx BMC q BT /F1 12 Tf 2 5 Td ({shown}) Tj ET Q EMC".encode()
        stream = writer.add_object(generic.StreamObject(entries, stream_data=content))
        dictionary = field.get_object()
        dictionary["/V"] = pdf_string(value)
        dictionary["/AP"] = generic.DictionaryObject({pdf_name("/N"): stream})
        writer.mark_update(field)

    return change


def annotate(subtype):
    def change(writer):
        page = writer.root["/Pages"]["/Kids"].raw_get(0)
        annotation = generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/Annot"),
                pdf_name("/Subtype"): pdf_name(subtype),
                pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (72, 700, 300, 720))),
                pdf_name("/Border"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 0))),
            }
        )
        page.get_object()["/Annots"].append(writer.add_object(annotation))
        writer.update_container(page.get_object()["/Annots"])

    return change


def main(source, target):
    load = lambda name: signers.SimpleSigner.load_pkcs12(f"{source}/{name}", passphrase=PASSWORD)
    leader, organisation = load("leader.p12"), load("ec.p12")
    # Whom the token names is nothing that the comparison of revisions asks.
    tsa = timestamps.DummyTimeStamper(leader.signing_cert, leader.signing_key, certs_to_embed=leader.cert_registry)

    def sign(octets, key, field, **options):
        writer = IncrementalPdfFileWriter(BytesIO(octets))
        meta = signers.PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256", **options)
        return signers.sign_pdf(writer, meta, signer=key).getvalue()

    def store(octets):
        stream = BytesIO(octets)
        DocumentSecurityStore.add_dss(stream, None, certs=[leader.signing_cert, organisation.signing_cert])
        return stream.getvalue()

    def stamp(octets):
        stream = BytesIO(octets)
        return PdfTimeStamper(tsa, field_name="stamp").timestamp_pdf(IncrementalPdfFileWriter(stream), "sha256").getvalue()

    with open(os.path.join(source, "form.pdf"), "wb") as output:
        output.write(form())
    by_another = os.path.join(source, "signed.pdf")
    signed = open(by_another, "rb").read() if os.path.exists(by_another) else sign(form(), leader, "leader")
    filled = update(signed, fill("12/QD-UBND", "12/QD-UBND"))
    made = {
        "sealed": (sign(signed, organisation, "seal"), "form_filling"),
        "sealed-anew": (sign(signed, organisation, "another"), "form_filling"),
        "filled": (filled, "form_filling"),
        "filled-sealed": (sign(filled, organisation, "seal"), "form_filling"),
        "stored": (store(signed), "extension"),
        "stamped": (stamp(signed), "extension"),
        "stored-stamped": (stamp(store(signed)), "extension"),
        "all": (stamp(store(sign(filled, organisation, "seal"))), "form_filling"),
        "linked": (update(signed, annotate("/Link")), "annotation"),
        "filled-otherwise": (update(signed, fill("12/QD-UBND", "92/QD-UBND")), "other"),
        "stamp-drawn": (update(signed, annotate("/Stamp")), "refused"),
    }
    os.makedirs(target, exist_ok=True)
    for name, (octets, expected) in sorted(made.items()):
        path = os.path.join(target, f"{name}.pdf")
        with open(path, "wb") as output:
            output.write(octets)
        print(path, expected, sep="\t")


main(*sys.argv[1:])
