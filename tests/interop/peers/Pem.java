import java.io.FileReader;
import java.io.FileWriter;
import java.io.IOException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;

/** Files, signers and words of the command line, for the programs beside this one. */
final class Pem {
    private Pem() {}

    /** The arguments NAME=VALUE. */
    static Map<String, String> words(String[] arguments) {
        Map<String, String> words = new HashMap<>();
        for (String argument : arguments) {
            int at = argument.indexOf('=');
            if (at > 0) {
                words.put(argument.substring(0, at), argument.substring(at + 1));
            }
        }
        return words;
    }

    static List<X509CertificateHolder> certificates(String name) throws IOException {
        List<X509CertificateHolder> found = new ArrayList<>();
        try (PEMParser parser = new PEMParser(new FileReader(name))) {
            for (Object read = parser.readObject(); read != null; read = parser.readObject()) {
                found.add((X509CertificateHolder) read);
            }
        }
        return found;
    }

    static X509CertificateHolder certificate(String name) throws IOException {
        return certificates(name).get(0);
    }

    static void write(String name, X509CertificateHolder certificate) throws IOException {
        try (JcaPEMWriter writer = new JcaPEMWriter(new FileWriter(name))) {
            writer.writeObject(certificate);
        }
    }

    /** A key pair in the traditional form, which holds the public key too. */
    static KeyPair keys(String name) throws IOException {
        try (PEMParser parser = new PEMParser(new FileReader(name))) {
            PEMKeyPair read = (PEMKeyPair) parser.readObject();
            return new JcaPEMKeyConverter().setProvider("BC").getKeyPair(read);
        }
    }

    static ContentSigner signer(PrivateKey key) throws Exception {
        String kind = key.getAlgorithm().startsWith("EC") ? "SHA256withECDSA" : "SHA256withRSA";
        return new JcaContentSignerBuilder(kind).setProvider("BC").build(key);
    }

    static ContentVerifierProvider verifier(X509CertificateHolder certificate) throws Exception {
        return new JcaContentVerifierProviderBuilder().setProvider("BC").build(certificate);
    }

    static ContentVerifierProvider verifier(SubjectPublicKeyInfo key) throws Exception {
        return new JcaContentVerifierProviderBuilder().setProvider("BC").build(key);
    }
}
