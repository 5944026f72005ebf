import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.cmp.CMPCertificate;
import org.bouncycastle.asn1.cmp.CMPObjectIdentifiers;
import org.bouncycastle.asn1.cmp.CertConfirmContent;
import org.bouncycastle.asn1.cmp.CertOrEncCert;
import org.bouncycastle.asn1.cmp.CertRepMessage;
import org.bouncycastle.asn1.cmp.CertResponse;
import org.bouncycastle.asn1.cmp.CertifiedKeyPair;
import org.bouncycastle.asn1.cmp.ErrorMsgContent;
import org.bouncycastle.asn1.cmp.GenMsgContent;
import org.bouncycastle.asn1.cmp.GenRepContent;
import org.bouncycastle.asn1.cmp.InfoTypeAndValue;
import org.bouncycastle.asn1.cmp.PKIBody;
import org.bouncycastle.asn1.cmp.PKIConfirmContent;
import org.bouncycastle.asn1.cmp.PKIFailureInfo;
import org.bouncycastle.asn1.cmp.PKIFreeText;
import org.bouncycastle.asn1.cmp.PKIHeader;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.cmp.PKIStatusInfo;
import org.bouncycastle.asn1.cmp.RevRepContentBuilder;
import org.bouncycastle.asn1.cmp.RevReqContent;
import org.bouncycastle.asn1.crmf.AttributeTypeAndValue;
import org.bouncycastle.asn1.crmf.CertId;
import org.bouncycastle.asn1.crmf.CertReqMessages;
import org.bouncycastle.asn1.crmf.CertReqMsg;
import org.bouncycastle.asn1.crmf.CertTemplate;
import org.bouncycastle.asn1.crmf.Controls;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.CertificationRequest;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.cmp.CertificateConfirmationContent;
import org.bouncycastle.cert.cmp.CertificateStatus;
import org.bouncycastle.cert.cmp.GeneralPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessage;
import org.bouncycastle.cert.cmp.ProtectedPKIMessageBuilder;
import org.bouncycastle.cert.crmf.CertificateRequestMessage;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/**
 * A CMPv2 CA on Bouncy Castle, which issues what is asked.
 *
 * <p>ca=CA.pem caKey=CA.key signer=SIGNER.pem signerKey=SIGNER.key trust=ROOTS.pem reference=TEXT
 * secret=TEXT [polls=COUNT] [checkAfter=SECONDS] [implicit=yes]
 *
 * <p>Answers ir, cr, p10cr, kur, rr, genm, pollReq and certConf that PasswordBasedMac, PBMAC1 or a
 * signature protects. The proof of possession is a signature; a kur names the certificate that
 * signs it. Listens on a port of 127.0.0.1 that the system chooses, and says so on its first line.
 */
public final class BcCmpServer {
    private static final String OLD_CERT_ID = "1.3.6.1.5.5.7.5.1.5";
    private static final String CA_CERTS = "1.3.6.1.5.5.7.4.17";
    private static final long LIFE = 90L * 86400 * 1000;
    private static final long BACKDATED = 300L * 1000;

    private final X509CertificateHolder ca;
    private final PrivateKey caKey;
    private final X509CertificateHolder signer;
    private final PrivateKey signerKey;
    private final List<X509CertificateHolder> trust;
    private final byte[] reference;
    private final char[] secret;
    private final int polls;
    private final int checkAfter;
    private final boolean implicit;
    private final SecureRandom random = new SecureRandom();
    private final Set<BigInteger> revoked = new HashSet<>();
    private final Map<String, Transaction> transactions = new HashMap<>();

    /** What was issued and is not confirmed yet. */
    private static final class Transaction {
        private final X509CertificateHolder issued;
        private final PKIBody answer;
        private int polls;

        private Transaction(X509CertificateHolder issued, PKIBody answer, int polls) {
            this.issued = issued;
            this.answer = answer;
            this.polls = polls;
        }
    }

    private static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final int failure;

        private Refusal(int failure, String sentence) {
            super(sentence);
            this.failure = failure;
        }
    }

    private record Wanted(
            long identifier, X500Name subject, SubjectPublicKeyInfo key, Extensions extensions) {}

    private BcCmpServer(Map<String, String> words) throws Exception {
        ca = Pem.certificate(words.get("ca"));
        caKey = Pem.keys(words.get("caKey")).getPrivate();
        signer = Pem.certificate(words.get("signer"));
        signerKey = Pem.keys(words.get("signerKey")).getPrivate();
        trust = Pem.certificates(words.get("trust"));
        reference = words.get("reference").getBytes("UTF-8");
        secret = words.get("secret").toCharArray();
        polls = Integer.parseInt(words.getOrDefault("polls", "0"));
        checkAfter = Integer.parseInt(words.getOrDefault("checkAfter", "1"));
        implicit = words.containsKey("implicit");
    }

    /** Return the certificate that signed, null for a MAC. */
    private X509CertificateHolder check(ProtectedPKIMessage message) throws Exception {
        PKIHeader header = message.getHeader();
        if (Passwords.protects(header.getProtectionAlg())) {
            ASN1OctetString identifier = header.getSenderKID();
            if (identifier == null || !Arrays.equals(identifier.getOctets(), reference)) {
                throw new Refusal(PKIFailureInfo.badMessageCheck, "unknown senderKID");
            }
            if (!message.verify(Passwords.verifier(header.getProtectionAlg()), secret)) {
                throw new Refusal(PKIFailureInfo.badMessageCheck, "the MAC does not verify");
            }
            return null;
        }
        X509CertificateHolder[] sent = message.getCertificates();
        if (sent.length == 0) {
            throw new Refusal(PKIFailureInfo.addInfoNotAvailable, "no extraCerts");
        }
        checkSigner(message, sent[0]);
        return sent[0];
    }

    private void checkSigner(ProtectedPKIMessage message, X509CertificateHolder who)
            throws Exception {
        if (!message.verify(Pem.verifier(who))) {
            throw new Refusal(PKIFailureInfo.badMessageCheck, "the signature does not verify");
        }
        if (!who.isValidOn(new Date())) {
            throw new Refusal(PKIFailureInfo.signerNotTrusted, "the signer is not valid now");
        }
        if (who.getIssuer().equals(ca.getSubject()) && revoked.contains(who.getSerialNumber())) {
            throw new Refusal(PKIFailureInfo.certRevoked, "the signer is revoked");
        }
        for (X509CertificateHolder root : trust) {
            if (root.getSubject().equals(who.getIssuer())
                    && who.isSignatureValid(Pem.verifier(root))) {
                return;
            }
        }
        throw new Refusal(PKIFailureInfo.signerNotTrusted, "the signer is not trusted");
    }

    private X509CertificateHolder issue(Wanted wanted) throws Exception {
        long now = System.currentTimeMillis();
        X509v3CertificateBuilder builder =
                new X509v3CertificateBuilder(
                        ca.getSubject(),
                        new BigInteger(64, random).setBit(62),
                        new Date(now - BACKDATED),
                        new Date(now + LIFE),
                        wanted.subject(),
                        wanted.key());
        X509ExtensionUtils identifiers =
                new X509ExtensionUtils(
                        new BcDigestCalculatorProvider()
                                .get(new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1)));
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
        builder.addExtension(
                Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                identifiers.createSubjectKeyIdentifier(wanted.key()));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                identifiers.createAuthorityKeyIdentifier(ca));
        if (wanted.extensions() != null) {
            Extension names = wanted.extensions().getExtension(Extension.subjectAlternativeName);
            if (names != null) {
                builder.addExtension(names);
            }
        }
        return builder.build(Pem.signer(caKey));
    }

    private Wanted wanted(PKIBody body, X509CertificateHolder who) throws Exception {
        if (body.getType() == PKIBody.TYPE_P10_CERT_REQ) {
            PKCS10CertificationRequest request =
                    new PKCS10CertificationRequest((CertificationRequest) body.getContent());
            SubjectPublicKeyInfo key = request.getSubjectPublicKeyInfo();
            if (!request.isSignatureValid(Pem.verifier(key))) {
                throw new Refusal(PKIFailureInfo.badPOP, "the PKCS#10 signature");
            }
            return new Wanted(-1, request.getSubject(), key, request.getRequestedExtensions());
        }
        CertReqMsg[] requests = ((CertReqMessages) body.getContent()).toCertReqMsgArray();
        if (requests.length != 1) {
            throw new Refusal(PKIFailureInfo.badRequest, "one request in a message");
        }
        CertTemplate template = requests[0].getCertReq().getCertTemplate();
        long identifier = requests[0].getCertReq().getCertReqId().longValueExact();
        CertificateRequestMessage request = new CertificateRequestMessage(requests[0]);
        if (template.getPublicKey() == null) {
            throw new Refusal(PKIFailureInfo.badCertTemplate, "no public key");
        }
        if (!request.hasProofOfPossession()
                || request.getProofOfPossessionType() != CertificateRequestMessage.popSigningKey
                || !request.isValidSigningKeyPOP(Pem.verifier(template.getPublicKey()))) {
            throw new Refusal(PKIFailureInfo.badPOP, "the proof of possession");
        }
        X500Name subject = template.getSubject();
        Extensions extensions = template.getExtensions();
        if (body.getType() == PKIBody.TYPE_KEY_UPDATE_REQ) {
            checkUpdated(requests[0].getCertReq().getControls(), who);
            subject = subject == null ? who.getSubject() : subject;
            extensions = extensions == null ? who.getExtensions() : extensions;
        }
        if (subject == null) {
            throw new Refusal(PKIFailureInfo.badCertTemplate, "no subject");
        }
        return new Wanted(identifier, subject, template.getPublicKey(), extensions);
    }

    private void checkUpdated(Controls controls, X509CertificateHolder who) throws Refusal {
        if (who == null) {
            throw new Refusal(PKIFailureInfo.wrongIntegrity, "a kur is signed");
        }
        BigInteger old = who.getSerialNumber();
        if (controls != null) {
            for (AttributeTypeAndValue control : controls.toAttributeTypeAndValueArray()) {
                if (control.getType().getId().equals(OLD_CERT_ID)) {
                    old = CertId.getInstance(control.getValue()).getSerialNumber().getValue();
                }
            }
        }
        if (!old.equals(who.getSerialNumber()) || !who.getIssuer().equals(ca.getSubject())) {
            throw new Refusal(PKIFailureInfo.badCertId, "oldCertID");
        }
    }

    private PKIBody enrol(PKIBody body, X509CertificateHolder who, String transaction)
            throws Exception {
        if (transactions.containsKey(transaction)) {
            throw new Refusal(PKIFailureInfo.transactionIdInUse, "the transactionID is in use");
        }
        Wanted wanted = wanted(body, who);
        X509CertificateHolder issued = issue(wanted);
        boolean request = body.getType() == PKIBody.TYPE_P10_CERT_REQ;
        int type = request ? PKIBody.TYPE_CERT_REP : body.getType() + 1;
        ASN1Integer identifier = new ASN1Integer(wanted.identifier());
        CertifiedKeyPair pair =
                new CertifiedKeyPair(
                        new CertOrEncCert(new CMPCertificate(issued.toASN1Structure())));
        PKIBody answer = certificates(type, identifier, PKIStatus.granted, pair);
        transactions.put(transaction, new Transaction(issued, answer, polls));
        return polls == 0 ? answer : certificates(type, identifier, PKIStatus.waiting, null);
    }

    private PKIBody certificates(
            int type, ASN1Integer identifier, PKIStatus status, CertifiedKeyPair pair) {
        CMPCertificate[] anchors = {new CMPCertificate(ca.toASN1Structure())};
        boolean first = type == PKIBody.TYPE_INIT_REP && pair != null;
        CertResponse response =
                new CertResponse(identifier, new PKIStatusInfo(status), pair, null);
        return new PKIBody(
                type, new CertRepMessage(first ? anchors : null, new CertResponse[] {response}));
    }

    private PKIBody poll(Transaction transaction) throws Refusal {
        if (transaction == null) {
            throw new Refusal(PKIFailureInfo.badRequest, "there is nothing to poll for");
        }
        if (--transaction.polls > 0) {
            ASN1Encodable[] wait = {new ASN1Integer(0), new ASN1Integer(checkAfter)};
            return new PKIBody(
                    PKIBody.TYPE_POLL_REP, new DERSequence(new DERSequence(wait)));
        }
        return transaction.answer;
    }

    private PKIBody confirm(PKIBody body, Transaction transaction) throws Exception {
        if (transaction == null) {
            throw new Refusal(PKIFailureInfo.badRequest, "there is nothing to confirm");
        }
        CertificateStatus[] statuses =
                new CertificateConfirmationContent((CertConfirmContent) body.getContent())
                        .getStatusMessages();
        PKIStatusInfo status = statuses.length == 1 ? statuses[0].getStatusInfo() : null;
        boolean holds =
                statuses.length == 1
                        && statuses[0].isVerified(
                                transaction.issued, new BcDigestCalculatorProvider());
        System.out.println(
                "certConf " + (holds ? "good" : "bad") + " "
                        + (status == null ? "accepted" : "status " + status.getStatus()));
        if (!holds) {
            throw new Refusal(PKIFailureInfo.badCertId, "certHash");
        }
        return new PKIBody(PKIBody.TYPE_CONFIRM, new PKIConfirmContent());
    }

    private PKIBody revoke(PKIBody body, X509CertificateHolder who) throws Refusal {
        BigInteger serial =
                ((RevReqContent) body.getContent())
                        .toRevDetailsArray()[0].getCertDetails().getSerialNumber().getValue();
        if (who == null || !who.getSerialNumber().equals(serial)) {
            throw new Refusal(PKIFailureInfo.notAuthorized, "only one's own certificate");
        }
        revoked.add(serial);
        RevRepContentBuilder builder = new RevRepContentBuilder();
        builder.add(new PKIStatusInfo(PKIStatus.granted));
        return new PKIBody(PKIBody.TYPE_REVOCATION_REP, builder.build());
    }

    private PKIBody tell(PKIBody body) {
        List<InfoTypeAndValue> told = new ArrayList<>();
        for (InfoTypeAndValue asked :
                ((GenMsgContent) body.getContent()).toInfoTypeAndValueArray()) {
            if (asked.getInfoType().getId().equals(CA_CERTS)) {
                told.add(
                        new InfoTypeAndValue(
                                asked.getInfoType(), new DERSequence(ca.toASN1Structure())));
            }
        }
        return new PKIBody(
                PKIBody.TYPE_GEN_REP,
                new GenRepContent(told.toArray(new InfoTypeAndValue[0])));
    }

    private PKIBody answer(PKIBody body, X509CertificateHolder who, String transaction)
            throws Exception {
        switch (body.getType()) {
            case PKIBody.TYPE_INIT_REQ:
            case PKIBody.TYPE_CERT_REQ:
            case PKIBody.TYPE_P10_CERT_REQ:
            case PKIBody.TYPE_KEY_UPDATE_REQ:
                return enrol(body, who, transaction);
            case PKIBody.TYPE_POLL_REQ:
                return poll(transactions.get(transaction));
            case PKIBody.TYPE_CERT_CONFIRM:
                return confirm(body, transactions.remove(transaction));
            case PKIBody.TYPE_REVOCATION_REQ:
                return revoke(body, who);
            case PKIBody.TYPE_GEN_MSG:
                return tell(body);
            default:
                throw new Refusal(PKIFailureInfo.badRequest, "body " + body.getType());
        }
    }

    private static PKIBody error(Refusal refusal) {
        PKIStatusInfo status =
                new PKIStatusInfo(
                        PKIStatus.rejection,
                        new PKIFreeText(refusal.getMessage()),
                        new PKIFailureInfo(refusal.failure));
        return new PKIBody(PKIBody.TYPE_ERROR, new ErrorMsgContent(status));
    }

    private static String transactionOf(PKIHeader header) {
        ASN1OctetString identifier = header.getTransactionID();
        return identifier == null ? "" : Arrays.toString(identifier.getOctets());
    }

    private static boolean asksForImplicit(PKIHeader header) {
        InfoTypeAndValue[] information = header.getGeneralInfo();
        if (information == null) {
            return false;
        }
        return Arrays.stream(information)
                .anyMatch(one -> one.getInfoType().equals(CMPObjectIdentifiers.it_implicitConfirm));
    }

    private synchronized byte[] answer(byte[] octets) throws Exception {
        GeneralPKIMessage request = new GeneralPKIMessage(octets);
        PKIHeader header = request.getHeader();
        String transaction = transactionOf(header);
        boolean byMac = false;
        boolean granted = false;
        PKIBody body;
        try {
            if (!request.hasProtection()) {
                throw new Refusal(PKIFailureInfo.badMessageCheck, "no protection");
            }
            X509CertificateHolder who = check(new ProtectedPKIMessage(request));
            byMac = who == null;
            body = answer(request.getBody(), who, transaction);
            Transaction made = transactions.get(transaction);
            granted = implicit && asksForImplicit(header) && made != null && body == made.answer;
            if (granted) {
                transactions.remove(transaction);
            }
        } catch (Refusal refusal) {
            System.out.println("refused: " + refusal.getMessage());
            body = error(refusal);
        }
        System.out.println(request.getBody().getType() + " -> " + body.getType());
        return protectedAnswer(header, body, byMac, granted);
    }

    private byte[] protectedAnswer(PKIHeader header, PKIBody body, boolean byMac, boolean granted)
            throws Exception {
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        ProtectedPKIMessageBuilder builder =
                new ProtectedPKIMessageBuilder(
                                header.getPvno().intValueExact(),
                                new GeneralName(signer.getSubject()),
                                header.getSender())
                        .setBody(body)
                        .setMessageTime(new Date())
                        .setSenderNonce(nonce);
        if (header.getTransactionID() != null) {
            builder.setTransactionID(header.getTransactionID().getOctets());
        }
        if (header.getSenderNonce() != null) {
            builder.setRecipNonce(header.getSenderNonce().getOctets());
        }
        if (granted) {
            builder.addGeneralInfo(
                    new InfoTypeAndValue(CMPObjectIdentifiers.it_implicitConfirm, DERNull.INSTANCE));
        }
        ProtectedPKIMessage message;
        if (byMac) {
            boolean pbmac1 = Passwords.isPbmac1(header.getProtectionAlg());
            message =
                    builder.setSenderKID(reference)
                            .addCMPCertificate(ca)
                            .build(Passwords.calculator(pbmac1, secret));
        } else {
            byte[] identifier =
                    SubjectKeyIdentifier.fromExtensions(signer.getExtensions()).getKeyIdentifier();
            message =
                    builder.setSenderKID(identifier)
                            .addCMPCertificate(signer)
                            .addCMPCertificate(ca)
                            .build(Pem.signer(signerKey));
        }
        return message.toASN1Structure().getEncoded("DER");
    }

    private void serve(HttpExchange http) {
        try {
            byte[] octets = answer(http.getRequestBody().readAllBytes());
            http.getResponseHeaders().set("Content-Type", "application/pkixcmp");
            http.sendResponseHeaders(200, octets.length);
            http.getResponseBody().write(octets);
        } catch (Exception failure) {
            System.out.println("failed: " + failure);
            try {
                http.sendResponseHeaders(400, -1);
            } catch (IOException ended) {
                System.out.println("the connection ended");
            }
        } finally {
            http.close();
        }
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        BcCmpServer server = new BcCmpServer(Pem.words(arguments));
        InetAddress loopback = InetAddress.getByName("127.0.0.1");
        HttpServer http = HttpServer.create(new InetSocketAddress(loopback, 0), 16);
        http.createContext("/", server::serve);
        http.start();
        System.out.println("listening on 127.0.0.1:" + http.getAddress().getPort());
    }
}
