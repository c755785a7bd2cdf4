"""Signs a file with pyHanko at every level, with certomancer's authorities for timestamps, OCSP and CRLs, served on this machine.

Arguments: a folder with `input.pdf`, to which keys, `root.pem` and the signed files go. Prints one line a file: path, level, signatures.
"""

import logging
import os
import sys
import threading
from datetime import datetime, timedelta, timezone
from io import BytesIO

import yaml
from asn1crypto import keys
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import CertLabel, CertomancerConfig, KeyLabel
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers, timestamps
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore
from werkzeug.serving import make_server

NAMES = ['root', 'issuing', 'signer', 'tsa', 'responder']


def keys_in(folder):
    os.makedirs(folder, exist_ok=True)
    for name in NAMES:
        key = ec.generate_private_key(ec.SECP256R1()) if name != 'signer' else rsa.generate_private_key(65537, 2048)
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        with open(f'{folder}/{name}.pem', 'wb') as output:
            output.write(key.private_bytes(*form))


def configuration(now):
    validity = {
        'valid-from': (now - timedelta(days=200)).isoformat(),
        'valid-to': (now + timedelta(days=800)).isoformat(),
    }
    usage = {'id': 'key_usage', 'critical': True, 'smart-value': {'schema': 'key-usage', 'params': ['digital_signature', 'non_repudiation']}}
    stamping = {'id': 'extended_key_usage', 'critical': True, 'value': ['time_stamping']}
    certificate = lambda subject, issuer, **more: {'subject': subject, 'issuer': issuer, 'validity': validity, **more}
    authority = lambda **more: {'profiles': [{'id': 'simple-ca', 'params': more}]}
    return {
        'keysets': {'peer': {'path-prefix': 'keys', 'keys': {name: {'path': f'{name}.pem'} for name in NAMES}}},
        'pki-architectures': {
            'peer': {
                'keyset': 'peer',
                'entity-defaults': {'country-name': 'VN', 'organization-name': 'Peer'},
                'entities': {name: {'common-name': f'Peer {name}'} for name in NAMES},
                'certs': {
                    'root': certificate('root', 'root', **authority(**{'crl-repo': 'root'})),
                    'issuing': certificate('issuing', 'root', **authority(**{'crl-repo': 'issuing', 'ocsp-service': 'issuing'})),
                    'signer': certificate('signer', 'issuing', extensions=[usage]),
                    'tsa': certificate('tsa', 'issuing', extensions=[usage, stamping]),
                    'responder': certificate('responder', 'issuing', profiles=['ocsp-responder']),
                },
                'services': {
                    'ocsp': {'issuing': {'for-issuer': 'issuing', 'responder-cert': 'responder', 'signing-key': 'responder'}},
                    'crl-repo': {
                        name: {'for-issuer': name, 'signing-key': name, 'simulated-update-schedule': 'P30D'} for name in ('root', 'issuing')
                    },
                    'time-stamping': {'tsa': {'signing-key': 'tsa', 'signing-cert': 'tsa'}},
                },
            }
        },
    }


def main(folder):
    logging.disable(logging.CRITICAL)
    now = datetime.now(timezone.utc).replace(microsecond=0)
    keys_in(f'{folder}/keys')
    late = {}
    server = make_server('127.0.0.1', 0, lambda environ, start: late['app'](environ, start), threaded=True)
    config = CertomancerConfig(
        configuration(now),
        key_search_dir=folder,
        config_search_dir=folder,
        external_url_prefix=f'http://127.0.0.1:{server.server_port}',
    )
    architecture = config.get_pki_arch('peer')
    late['app'] = Animator(AnimatorArchStore(config.pki_archs), with_web_ui=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    certificate = lambda name: architecture.get_cert(CertLabel(name))
    with open(f'{folder}/root.pem', 'wb') as output:
        from asn1crypto import pem

        output.write(pem.armor('CERTIFICATE', certificate('root').dump()))
    chain = SimpleCertificateStore.from_certs([certificate('issuing')])
    signer = signers.SimpleSigner(
        signing_cert=certificate('signer'), signing_key=architecture.key_set.get_private_key(KeyLabel('signer')), cert_registry=chain
    )
    tsa = timestamps.HTTPTimeStamper(architecture.service_registry.get_tsa_info('tsa').url)
    plain = open(f'{folder}/input.pdf', 'rb').read()

    def context():
        return ValidationContext(trust_roots=[certificate('root')], other_certs=[certificate('issuing')], allow_fetching=True)

    def sign(octets, field='Signature1', stamp=True, **options):
        writer = IncrementalPdfFileWriter(BytesIO(octets))
        meta = signers.PdfSignatureMetadata(field_name=field, subfilter=SigSeedSubFilter.PADES, md_algorithm='sha256', **options)
        return signers.sign_pdf(writer, meta, signer=signer, timestamper=tsa if stamp else None).getvalue()

    whole = lambda: dict(embed_validation_info=True, validation_context=context())
    made = {'b': (sign(plain, stamp=False), 'B-B', 1), 't': (sign(plain), 'B-T', 1), 'lt': (sign(plain, **whole()), 'B-LT', 1)}
    made['lta'] = (sign(plain, use_pades_lta=True, **whole()), 'B-LTA', 1)
    made['two-lt'] = (sign(made['lt'][0], field='Signature2', **whole()), 'B-LT', 2)
    made['two-lta'] = (sign(made['lt'][0], field='Signature2', use_pades_lta=True, **whole()), 'B-LTA', 2)
    renewed = BytesIO(made['lta'][0])
    PdfTimeStamper(tsa).update_archival_timestamp_chain(PdfFileReader(renewed), context())
    made['lta-renewed'] = (renewed.getvalue(), 'B-LTA', 1)
    for name, (octets, level, count) in made.items():
        path = f'{folder}/{name}.pdf'
        with open(path, 'wb') as output:
            output.write(octets)
        print(path, level, count, sep='\t')


main(*sys.argv[1:])
