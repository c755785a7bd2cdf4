#!/bin/sh
# Makes every file of this folder again, with new keys: run it in an empty folder and move the result here.
# Needs OpenSSL 3 with its legacy provider, a Java 17 keytool, Python 3. The keys are thrown away here: never use them.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
password=kyso-test
vietnamese='Mật khẩu Đúng 123'
legacy='-provider legacy -provider default'

# Keys, and what each of them is for the outside world.
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.pkcs8.pem
openssl genpkey -quiet -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32 -out rsa-pss.pkcs8.pem
openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:512 -out rsa512.pkcs8.pem
for curve in P-256 P-384 P-521; do
    openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:$curve -out "$(echo $curve | tr -d - | tr P p).pkcs8.pem"
done
openssl genpkey -quiet -algorithm ED25519 -out ed25519.pkcs8.pem
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out secp256k1.pkcs8.pem
openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit -out p256-explicit.pkcs8.pem
openssl genpkey -quiet -algorithm X25519 -out x25519.pkcs8.pem
for key in rsa rsa-pss p256 p384 p521 ed25519; do
    openssl pkey -in $key.pkcs8.pem -pubout -out $key.public.pem
done

# Certificates: a root, an issuing CA, an RSA and a P-256 leaf.
openssl req -x509 -new -key p384.pkcs8.pem -subj '/CN=Key file root' -days 36500 -out root.crt
certificate() { # name, subject, issuer key, issuer certificate, extensions
    openssl req -new -key $1.pkcs8.pem -subj "$2" -out $1.csr
    openssl x509 -req -in $1.csr -CA $4 -CAkey $3 -CAcreateserial -days 36500 -out $1.crt 2> diagnostics.tmp
}
certificate p521 '/CN=Key file issuing CA' p384.pkcs8.pem root.crt
certificate rsa '/CN=Key file leaf' p521.pkcs8.pem p521.crt
certificate p256 '/CN=Key file other leaf' p521.pkcs8.pem p521.crt

# PKCS#8 as DER, traditional keys, encrypted traditional keys.
openssl pkey -in rsa.pkcs8.pem -outform DER -out rsa.pkcs8.der
openssl rsa -in rsa.pkcs8.pem -traditional -out rsa.traditional.pem
openssl rsa -in rsa.pkcs8.pem -traditional -outform DER -out rsa.traditional.der
openssl ec -in p256.pkcs8.pem -out p256.sec1.key
{ openssl ecparam -name prime256v1; cat p256.sec1.key; } > p256.sec1.pem
openssl ec -in p256.pkcs8.pem -outform DER -out p256.sec1.der
for cipher in aes128 aes192 aes256 des3; do
    openssl ec -in p256.pkcs8.pem -$cipher -passout pass:$password -out p256.dek-$cipher.pem
done
openssl ec $legacy -in p256.pkcs8.pem -des -passout pass:$password -out p256.dek-des.pem
openssl ec -in p256.pkcs8.pem -camellia128 -passout pass:$password -out p256.dek-camellia128.pem

# Encrypted PKCS#8: PBES2, PBES1, and the schemes of PKCS#12.
pbes2() { openssl pkcs8 -topk8 -in p256.pkcs8.pem -passout "pass:$4" -v2 $1 -v2prf $2 -iter 2048 -out $3; }
pbes2 aes-128-cbc hmacWithSHA1 p256.pbes2-aes128-sha1.pem $password
pbes2 aes-192-cbc hmacWithSHA384 p256.pbes2-aes192-sha384.pem $password
pbes2 aes-256-cbc hmacWithSHA256 p256.pbes2-aes256-sha256.pem $password
pbes2 aes-256-cbc hmacWithSHA512 p256.pbes2-aes256-sha512.pem $password
pbes2 aes-256-cbc hmacWithSHA512-256 p256.pbes2-aes256-sha512-256.pem $password
pbes2 des-ede3-cbc hmacWithSHA224 p256.pbes2-des3-sha224.pem $password
pbes2 camellia-128-cbc hmacWithSHA256 p256.pbes2-camellia128.pem $password
pbes2 aes-256-cbc hmacWithSHA256 p256.pbes2-vietnamese.pem "$vietnamese"
openssl pkcs8 -topk8 -in p256.pkcs8.pem -passout pass:$password -scrypt -out p256.scrypt.pem
openssl pkcs8 -topk8 -in p256.pkcs8.pem -passout pass:$password -v2 aes-256-cbc -outform DER -out p256.pbes2.der
for scheme in PBE-MD5-DES PBE-SHA1-DES PBE-MD5-RC2-64 PBE-SHA1-RC2-64 PBE-SHA1-3DES PBE-SHA1-2DES PBE-SHA1-RC2-128 PBE-SHA1-RC2-40 PBE-SHA1-RC4-128; do
    openssl pkcs8 $legacy -topk8 -in p256.pkcs8.pem -passout pass:$password -v1 $scheme -out "p256.$(echo $scheme | tr A-Z a-z).pem"
done

# PKCS#12 of OpenSSL: 3, legacy, weak schemes, passwords.
cat p521.crt root.crt > chain.crt
export_p12() { out=$1; shift; openssl pkcs12 -export -inkey rsa.pkcs8.pem -in rsa.crt -certfile chain.crt -name 'Chữ ký số' -out $out "$@"; }
export_p12 openssl3.p12 -passout pass:$password
export_p12 openssl-legacy.p12 -legacy -passout pass:$password
export_p12 openssl-sha512.p12 -macalg sha512 -passout pass:$password
export_p12 openssl-empty.p12 -passout pass:
export_p12 openssl-legacy-empty.p12 -legacy -passout pass:
export_p12 openssl-vietnamese.p12 -passout "pass:$vietnamese"
export_p12 openssl-legacy-vietnamese.p12 -legacy -passout "pass:$vietnamese"
export_p12 openssl-no-mac.p12 -nomac -passout pass:$password
export_p12 openssl-plain.p12 -keypbe NONE -certpbe NONE -passout pass:$password
openssl pkcs12 -export -nokeys -in root.crt -passout pass:$password -out openssl-no-key.p12
# As the certificate export of Windows does: triple DES for the key, the name of the provider beside it, 2000 iterations, SHA-1.
export_p12 windows.p12 -legacy -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-RC2-40 -macalg sha1 -iter 2000 -CSP 'Microsoft Enhanced RSA and AES Cryptographic Provider' -passout pass:$password

# PKCS#12 of Java: of today, as before Java 16, with two keys and a trusted certificate.
keystore() { java=$1; shift; keytool $java "$@" -storetype PKCS12 -storepass $password -noprompt > diagnostics.tmp 2>&1; }
keystore -J-Dkyso=1 -importkeystore -srckeystore openssl3.p12 -srcstorepass $password -destkeystore keytool.p12 -deststorepass $password
keystore -J-Dkeystore.pkcs12.legacy -importkeystore -srckeystore openssl3.p12 -srcstorepass $password -destkeystore keytool-legacy.p12 -deststorepass $password
openssl pkcs12 -export -inkey p256.pkcs8.pem -in p256.crt -certfile chain.crt -name other -passout pass:$password -out other.tmp
cp keytool.p12 keytool-two.p12
keystore -J-Dkyso=1 -importkeystore -srckeystore other.tmp -srcstorepass $password -destkeystore keytool-two.p12 -deststorepass $password
keystore -J-Dkyso=1 -importcert -alias trusted -file root.crt -keystore keytool-two.p12
keytool -genkeypair -alias jks -keyalg EC -groupname secp256r1 -dname CN=jks -storetype JKS -keystore keytool.jks -storepass $password -keypass $password > diagnostics.tmp 2>&1

# What no tool at hand writes: segmented strings and indefinite lengths, PBMAC1.
python3 "$here/rewrite.py" basic windows.p12 windows-ber.p12
python3 "$here/rewrite.py" pbmac1 openssl3.p12 pbmac1.p12 $password

# PEM with everything in one file, in an odd order and with text between; two keys; a certificate and no key.
{ echo 'Text before the first boundary is allowed (RFC 7468 §5.2).'; cat root.crt p521.crt; echo; cat p256.crt rsa.crt rsa.pkcs8.pem; } > chain.pem
sed 's/$/\r/' chain.pem > chain-crlf.pem
cat p256.pkcs8.pem rsa.pkcs8.pem rsa.crt > two-keys.pem
cp root.crt no-key.pem

# Signatures of the text in `message` by the RSA key, RSASSA-PKCS1-v1_5.
printf 'Kết quả giải quyết thủ tục hành chính' > message
for digest in sha224 sha256 sha384 sha512 sha512-224 sha512-256 sha3-224 sha3-256 sha3-384 sha3-512; do
    openssl dgst -$digest -sign rsa.pkcs8.pem -out rsa.$digest.signature message
done
rm -f ./*.csr ./*.srl ./*.tmp p256.sec1.key chain.crt p384.crt p521.crt p256.crt rsa.crt root.crt
