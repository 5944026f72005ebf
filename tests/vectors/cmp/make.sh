#!/bin/sh
# Makes the *.der beside it: real CMP messages, written by OpenSSL's client and mock server.
# Needs OpenSSL 3.0 or later; no network, the mock server runs inside the client's process.
# Keys are thrown away. The password of the *-pbm messages is "insecure", the reference 4711.
#   ir-pbm ip-pbm certconf-pbm pkiconf-pbm        one initial registration with a password
#   ir-pbm-sha512 ip-pbm-sha512                   the same, owf SHA-512 and hmacWithSHA512
#   kur-rsa kup-rsa certconf-rsa pkiconf-rsa      one key update, signed; likewise -ec
#   ir-wait ip-wait pollreq-wait pollrep-wait     polling
#   ip-reject                                     status rejection, failInfo badPOP, a text
#   error-signed                                  an error message
#   p10cr-pbm                                     a PKCS#10 in CMP
#   cli-ec.der new-ec.der srv-ec.der root-ec.der  certificates that the messages speak of
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat > ext.cnf <<'X'
[req]
distinguished_name=dn
[dn]
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier=hash
[srv]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=1.3.6.1.5.5.7.3.28,1.3.6.1.5.5.7.3.27
subjectKeyIdentifier=hash
[dev]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
subjectAltName=DNS:gw.lab.example
subjectKeyIdentifier=hash
X

newkey() {
    case $1 in
    rsa) openssl genrsa -out "$2" 2048 2>/dev/null ;;
    ec) openssl ecparam -name prime256v1 -genkey -noout -out "$2" ;;
    esac
}

issue() { # name section subject serial
    openssl req -new -key "$1.key" -subj "$3" -config ext.cnf -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA "root.$alg.pem" -CAkey "root.$alg.key" -set_serial "$4" \
        -days 3650 -extfile ext.cnf -extensions "$2" -out "$1.pem" 2>/dev/null
}

cmp() { # the rest is for one transaction
    openssl cmp -config "" -batch -use_mock_srv -srv_ref 4711 -srv_secret pass:insecure \
        -srv_trusted "root.$alg.pem" -rsp_cert "kur.$alg.pem" -rsp_capubs "root.$alg.pem" "$@" \
        >log 2>&1 || { tail -3 log; test "${may_fail:-}"; }
}

for alg in rsa ec; do
    for name in root srv cli new; do newkey $alg $name.$alg.key; done
    openssl req -new -x509 -key root.$alg.key -subj "/C=DE/O=Lab/CN=Root $alg" -days 3650 \
        -config ext.cnf -extensions ca -out root.$alg.pem
    issue srv.$alg srv "/C=DE/O=Lab/CN=CMP Server" 0x1001
    issue cli.$alg dev "/C=DE/O=Lab/CN=router" 0x1002
    cp new.$alg.key kur.$alg.key # what the mock server hands out: new key, serial of the old one
    issue kur.$alg dev "/C=DE/O=Lab/CN=router" 0x1002
done

out() { # write messages to $here
    req="" rsp=""
    for name in $1; do req="$req${req:+,}$here/$name.der"; done
    for name in $2; do rsp="$rsp${rsp:+,}$here/$name.der"; done
    echo "-reqout $req -rspout $rsp"
}

alg=ec
pbm="-ref 4711 -secret pass:insecure -recipient /CN=CA -subject /CN=router -newkey new.ec.key"
sign="-srv_cert srv.ec.pem -srv_key srv.ec.key -trusted root.ec.pem"
# shellcheck disable=SC2046,SC2086
{
    cmp -cmd ir $pbm $(out "ir-pbm certconf-pbm" "ip-pbm pkiconf-pbm") -certout x.pem
    cmp -cmd ir $pbm -digest sha512 -mac hmacWithSHA512 \
        $(out "ir-pbm-sha512 x" "ip-pbm-sha512 x") -certout x.pem
    cmp -cmd ir $pbm -poll_count 2 -check_after 1 \
        $(out "ir-wait pollreq-wait" "ip-wait pollrep-wait") -certout x.pem
    may_fail=1 cmp -cmd ir $pbm -pkistatus 2 -failure 9 -statusstring "key not proven" \
        $(out "x" "ip-reject") -certout x.pem
    openssl req -new -key new.ec.key -subj /CN=router -config ext.cnf -out p10.csr
    cmp -cmd p10cr -ref 4711 -secret pass:insecure -recipient /CN=CA -csr p10.csr \
        -newkey new.ec.key $(out "p10cr-pbm x" "x x") -certout x.pem
    for alg in rsa ec; do
        cmp -cmd kur -cert cli.$alg.pem -key cli.$alg.key -newkey new.$alg.key \
            -srv_cert srv.$alg.pem -srv_key srv.$alg.key -trusted root.$alg.pem \
            $(out "kur-$alg certconf-$alg" "kup-$alg pkiconf-$alg") -certout x.pem
    done
    may_fail=1 cmp -cmd ir -cert cli.ec.pem -key cli.ec.key $sign -newkey new.ec.key \
        -subject /CN=router -send_error $(out "x" "error-signed") -certout x.pem
}
for name in cli new srv root; do
    case $name in new) file=kur.ec.pem ;; *) file=$name.ec.pem ;; esac
    openssl x509 -in "$file" -outform DER -out "$here/$name-ec.der"
done
rm -f "$here/x.der"
