import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.est.CSRRequestResponse;
import org.bouncycastle.est.ESTAuth;
import org.bouncycastle.est.ESTException;
import org.bouncycastle.est.ESTService;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.est.jcajce.JcaHttpAuthBuilder;
import org.bouncycastle.est.jcajce.JsseDefaultHostnameAuthorizer;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/**
 * An EST client on Bouncy Castle.
 *
 * <p>server=HOST:PORT trust=ROOTS.pem operation=cacerts|csrattrs|enroll|reenroll, with subject=DN
 * key=NEW.pem out=CERT.pem for the latter two, user=NAME password=TEXT for HTTP authentication,
 * certificate=OWN.pem certificateKey=OWN.key for TLS. Exit status 3 when the server said 202, 1 when
 * it failed.
 */
public final class BcEstClient {
    private final Map<String, String> words;

    private BcEstClient(Map<String, String> words) {
        this.words = words;
    }

    private static X509Certificate converted(X509CertificateHolder one) throws Exception {
        return new JcaX509CertificateConverter().setProvider("BC").getCertificate(one);
    }

    private X509TrustManager[] trustManagers() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int count = 0;
        for (X509CertificateHolder root : Pem.certificates(words.get("trust"))) {
            store.setCertificateEntry("root" + count++, converted(root));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return Arrays.copyOf(factory.getTrustManagers(), 1, X509TrustManager[].class);
    }

    private KeyManager[] keyManagers() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        X509Certificate[] chain = {converted(Pem.certificate(words.get("certificate")))};
        char[] password = "none".toCharArray();
        store.setKeyEntry("own", Pem.keys(words.get("certificateKey")).getPrivate(), password, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    private ESTService service() throws Exception {
        JsseESTServiceBuilder builder =
                new JsseESTServiceBuilder(words.get("server"), trustManagers());
        builder.withHostNameAuthorizer(new JsseDefaultHostnameAuthorizer(Collections.emptySet()));
        builder.withTLSVersion(words.getOrDefault("tls", "TLSv1.2"));
        if (words.containsKey("certificate")) {
            builder.withKeyManagers(keyManagers());
        }
        return builder.build();
    }

    private ESTAuth authentication() throws Exception {
        if (!words.containsKey("user")) {
            return null;
        }
        return new JcaHttpAuthBuilder(
                        null, words.get("user"), words.get("password").toCharArray())
                .setProvider("BC")
                .setNonceGenerator(new SecureRandom())
                .build();
    }

    private PKCS10CertificationRequest request(boolean renews) throws Exception {
        KeyPair keys = Pem.keys(words.get("key"));
        X500Name subject =
                renews
                        ? Pem.certificate(words.get("certificate")).getSubject()
                        : new X500Name(words.get("subject"));
        ExtensionsGenerator extensions = new ExtensionsGenerator();
        extensions.addExtension(
                Extension.subjectAlternativeName,
                false,
                new GeneralNames(new GeneralName(GeneralName.dNSName, "gw.lab.example")));
        return new JcaPKCS10CertificationRequestBuilder(subject, keys.getPublic())
                .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                .build(Pem.signer(keys.getPrivate()));
    }

    private int run() throws Exception {
        ESTService service = service();
        String operation = words.get("operation");
        if (operation.equals("cacerts")) {
            for (X509CertificateHolder one :
                    ESTService.storeToArray(service.getCACerts().getCertificateStore())) {
                System.out.println("CA " + one.getSubject());
            }
            return 0;
        }
        if (operation.equals("csrattrs")) {
            CSRRequestResponse response = service.getCSRAttributes();
            boolean some = response.hasAttributesResponse();
            System.out.println(
                    some ? response.getAttributesResponse().getRequirements().toString() : "none");
            return 0;
        }
        boolean renews = operation.equals("reenroll");
        EnrollmentResponse response =
                service.simpleEnroll(renews, request(renews), authentication());
        if (!response.isCompleted()) {
            System.out.println("202, not before " + response.getNotBefore());
            return 3;
        }
        for (X509CertificateHolder one : ESTService.storeToArray(response.getStore())) {
            Pem.write(words.get("out"), one);
        }
        return 0;
    }

    public static void main(String[] arguments) throws Exception {
        Security.addProvider(new BouncyCastleProvider());
        try {
            System.exit(new BcEstClient(Pem.words(arguments)).run());
        } catch (ESTException failure) {
            System.out.println(failure.getMessage());
            System.exit(1);
        }
    }
}
