import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.cmp.CMPObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.crmf.PKMACBuilder;
import org.bouncycastle.cert.crmf.jcajce.JcePKMACValuesCalculator;
import org.bouncycastle.operator.GenericKey;
import org.bouncycastle.operator.MacCalculator;
import org.bouncycastle.operator.PBEMacCalculatorProvider;
import org.bouncycastle.pkcs.jcajce.JcePBMac1CalculatorProviderBuilder;

/** Protection of CMP messages by a shared secret: PasswordBasedMac and PBMAC1. */
final class Passwords {
    private static final int ITERATIONS = 1000;
    private static final int MOST_ITERATIONS = 100000;
    private static final int KEY_OCTETS = 32;

    private Passwords() {}

    static boolean protects(AlgorithmIdentifier algorithm) {
        return isPbmac1(algorithm)
                || algorithm.getAlgorithm().equals(CMPObjectIdentifiers.passwordBasedMac);
    }

    static boolean isPbmac1(AlgorithmIdentifier algorithm) {
        return algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBMAC1);
    }

    /** Verifies either. */
    static PBEMacCalculatorProvider verifier(AlgorithmIdentifier algorithm) throws Exception {
        if (isPbmac1(algorithm)) {
            return new JcePBMac1CalculatorProviderBuilder().setProvider("BC").build();
        }
        return new PKMACBuilder(
                new JcePKMACValuesCalculator().setProvider("BC"), MOST_ITERATIONS);
    }

    static MacCalculator calculator(boolean pbmac1, char[] secret) throws Exception {
        if (pbmac1) {
            return pbmac1(secret);
        }
        return new PKMACBuilder(new JcePKMACValuesCalculator().setProvider("BC"))
                .setIterationCount(ITERATIONS)
                .build(secret);
    }

    /** By hand: the library's builder (1.72 to 1.86) writes id-PBES2 where id-PBKDF2 belongs. */
    private static MacCalculator pbmac1(char[] secret) throws Exception {
        byte[] salt = new byte[16];
        new SecureRandom().nextBytes(salt);
        AlgorithmIdentifier hmac =
                new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE);
        AlgorithmIdentifier derivation =
                new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.id_PBKDF2,
                        new PBKDF2Params(salt, ITERATIONS, KEY_OCTETS, hmac));
        AlgorithmIdentifier algorithm =
                new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.id_PBMAC1, new PBMAC1Params(derivation, hmac));
        byte[] key =
                SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(new PBEKeySpec(secret, salt, ITERATIONS, KEY_OCTETS * 8))
                        .getEncoded();
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        return new MacCalculator() {
            @Override
            public AlgorithmIdentifier getAlgorithmIdentifier() {
                return algorithm;
            }

            @Override
            public OutputStream getOutputStream() {
                return octets;
            }

            @Override
            public byte[] getMac() {
                return mac.doFinal(octets.toByteArray());
            }

            @Override
            public GenericKey getKey() {
                return new GenericKey(key);
            }
        };
    }
}
