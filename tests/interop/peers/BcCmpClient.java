import java.math.BigInteger;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Security;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cmp.CertRepMessage;
import org.bouncycastle.asn1.cmp.CertResponse;
import org.bouncycastle.asn1.cmp.ErrorMsgContent;
import org.bouncycastle.asn1.cmp.PKIBody;
import org.bouncycastle.asn1.cmp.PKIHeader;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cmp.PollReqContent;
import org.bouncycastle.asn1.crmf.CertId;
import org.bouncycastle.asn1.crmf.CertReqMessages;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.cmp.CertificateConfirmationContentBuilder;
import org.bouncycastle.cert.cmp.GeneralPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessageBuilder;
import org.bouncycastle.cert.crmf.CertificateRequestMessageBuilder;
import org.bouncycastle.cert.crmf.Control;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;

/**
 * A CMPv2 client on Bouncy Castle.
 *
 * <p>url=URL command=ir|cr|kur subject=DN key=NEW.pem trust=ROOTS.pem out=CERT.pem, and either
 * protection=pbm|pbmac1 reference=TEXT secret=TEXT, or protection=signature certificate=OWN.pem
 * certificateKey=OWN.key. Polls and confirms; exit status 1 when there is no certificate, or when an
 * answer is not what RFC 4210 has.
 */
public final class BcCmpClient {
    private static final ASN1ObjectIdentifier OLD_CERT_ID =
            new ASN1ObjectIdentifier("1.3.6.1.5.5.7.5.1.5");
    private static final int WAITING = 3;

    private final Map<String, String> words;
    private final byte[] transaction = random();
    private final boolean signs;
    private final X509CertificateHolder own;
    private final List<X509CertificateHolder> trust;
    private byte[] lastNonce;

    private BcCmpClient(Map<String, String> words) throws Exception {
        this.words = words;
        signs = words.get("protection").equals("signature");
        own = signs ? Pem.certificate(words.get("certificate")) : null;
        trust = Pem.certificates(words.get("trust"));
    }

    private static byte[] random() {
        byte[] octets = new byte[16];
        new SecureRandom().nextBytes(octets);
        return octets;
    }

    private static byte[] post(String url, byte[] message) throws Exception {
        HttpURLConnection http =
                (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
        http.setRequestMethod("POST");
        http.setDoOutput(true);
        http.setFixedLengthStreamingMode(message.length);
        http.setRequestProperty("Content-Type", "application/pkixcmp");
        http.getOutputStream().write(message);
        return http.getInputStream().readAllBytes();
    }

    private ProtectedPKIMessage protectedMessage(PKIBody body) throws Exception {
        X500Name sender = own != null ? own.getSubject() : new X500Name(words.get("subject"));
        ProtectedPKIMessageBuilder builder =
                new ProtectedPKIMessageBuilder(
                                new GeneralName(sender),
                                new GeneralName(new X500Name("CN=CMP Server")))
                        .setBody(body)
                        .setTransactionID(transaction)
                        .setSenderNonce(random())
                        .setMessageTime(new Date());
        if (lastNonce != null) {
            builder.setRecipNonce(lastNonce);
        }
        if (!signs) {
            boolean pbmac1 = words.get("protection").equals("pbmac1");
            return builder.setSenderKID(words.get("reference").getBytes("UTF-8"))
                    .build(Passwords.calculator(pbmac1, words.get("secret").toCharArray()));
        }
        KeyPair keys = Pem.keys(words.get("certificateKey"));
        return builder.setSenderKID(
                        SubjectKeyIdentifier.fromExtensions(own.getExtensions()).getKeyIdentifier())
                .addCMPCertificate(own)
                .build(Pem.signer(keys.getPrivate()));
    }

    private String protection(ProtectedPKIMessage answer) throws Exception {
        AlgorithmIdentifier algorithm = answer.getHeader().getProtectionAlg();
        if (Passwords.protects(algorithm)) {
            char[] secret = words.getOrDefault("secret", "").toCharArray();
            return answer.verify(Passwords.verifier(algorithm), secret) ? "MAC" : "";
        }
        for (X509CertificateHolder signer : answer.getCertificates()) {
            if (answer.verify(Pem.verifier(signer)) && isTrusted(signer, answer.getCertificates(), 4)) {
                return "signature";
            }
        }
        return "";
    }

    private boolean isTrusted(X509CertificateHolder one, X509CertificateHolder[] others, int depth)
            throws Exception {
        for (X509CertificateHolder root : trust) {
            if (root.getSubject().equals(one.getIssuer()) && one.isSignatureValid(Pem.verifier(root))) {
                return true;
            }
        }
        for (X509CertificateHolder issuer : others) {
            if (depth > 0
                    && issuer.getSubject().equals(one.getIssuer())
                    && one.isSignatureValid(Pem.verifier(issuer))
                    && isTrusted(issuer, others, depth - 1)) {
                return true;
            }
        }
        return false;
    }

    private GeneralPKIMessage exchange(PKIBody body) throws Exception {
        byte[] sent = protectedMessage(body).toASN1Structure().getEncoded("DER");
        GeneralPKIMessage answer = new GeneralPKIMessage(post(words.get("url"), sent));
        PKIHeader header = answer.getHeader();
        if (answer.getBody().getType() == PKIBody.TYPE_ERROR) {
            ErrorMsgContent error = (ErrorMsgContent) answer.getBody().getContent();
            PKIStatusInfo status = error.getPKIStatusInfo();
            throw fail("error: " + status.getStatus() + " " + status.getFailInfo() + " "
                    + status.getStatusString());
        }
        String how = answer.hasProtection() ? protection(new ProtectedPKIMessage(answer)) : "";
        System.out.println(body.getType() + " -> " + answer.getBody().getType() + " " + how);
        if (how.isEmpty()) {
            throw fail("the protection does not verify");
        }
        if (header.getTransactionID() == null
                || !Arrays.equals(header.getTransactionID().getOctets(), transaction)) {
            throw fail("another transactionID");
        }
        lastNonce = header.getSenderNonce() == null ? null : header.getSenderNonce().getOctets();
        return answer;
    }

    private static IllegalStateException fail(String sentence) {
        return new IllegalStateException(sentence);
    }

    private static CertResponse response(GeneralPKIMessage message) {
        return ((CertRepMessage) message.getBody().getContent()).getResponse()[0];
    }

    private PKIBody request(KeyPair keys) throws Exception {
        CertificateRequestMessageBuilder builder =
                new CertificateRequestMessageBuilder(BigInteger.ZERO)
                        .setSubject(new X500Name(words.get("subject")))
                        .setPublicKey(SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded()))
                        .setProofOfPossessionSigningKeySigner(Pem.signer(keys.getPrivate()));
        int type = PKIBody.TYPE_INIT_REQ;
        if (words.get("command").equals("cr")) {
            type = PKIBody.TYPE_CERT_REQ;
        } else if (words.get("command").equals("kur")) {
            type = PKIBody.TYPE_KEY_UPDATE_REQ;
            CertId old = new CertId(new GeneralName(own.getIssuer()), own.getSerialNumber());
            builder.addControl(new OldCertificate(old));
        }
        return new PKIBody(type, new CertReqMessages(builder.build().toASN1Structure()));
    }

    private record OldCertificate(CertId identifier) implements Control {
        @Override
        public ASN1ObjectIdentifier getType() {
            return OLD_CERT_ID;
        }

        @Override
        public ASN1Encodable getValue() {
            return identifier;
        }
    }

    private void enrol() throws Exception {
        KeyPair keys = Pem.keys(words.get("key"));
        CertResponse response = response(exchange(request(keys)));
        while (response.getStatus().getStatus().intValue() == WAITING) {
            GeneralPKIMessage answer =
                    exchange(new PKIBody(PKIBody.TYPE_POLL_REQ, new PollReqContent(new ASN1Integer(0))));
            if (answer.getBody().getType() == PKIBody.TYPE_POLL_REP) {
                Thread.sleep(1000);
            } else {
                response = response(answer);
            }
        }
        PKIStatusInfo status = response.getStatus();
        System.out.println("status " + status.getStatus());
        if (response.getCertifiedKeyPair() == null) {
            throw fail("refused: " + status.getFailInfo() + " " + status.getStatusString());
        }
        X509CertificateHolder issued =
                new X509CertificateHolder(
                        response.getCertifiedKeyPair()
                                .getCertOrEncCert()
                                .getCertificate()
                                .getX509v3PKCert());
        exchange(
                new PKIBody(
                        PKIBody.TYPE_CERT_CONFIRM,
                        new CertificateConfirmationContentBuilder()
                                .addAcceptedCertificate(issued, BigInteger.ZERO)
                                .build(new BcDigestCalculatorProvider())
                                .toASN1Structure()));
        Pem.write(words.get("out"), issued);
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        try {
            new BcCmpClient(Pem.words(arguments)).enrol();
        } catch (IllegalStateException failure) {
            System.out.println(failure.getMessage());
            System.exit(1);
        }
    }
}
