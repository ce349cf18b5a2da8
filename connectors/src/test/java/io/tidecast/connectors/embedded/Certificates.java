package io.tidecast.connectors.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Keys and self-signed certificates for one test, made by the JDK's own tool. */
public final class Certificates {
  public static final String PASSWORD = "of-the-key-store";

  private final Path directory;

  public Certificates(Path directory) {
    this.directory = directory;
  }

  /** A key whose certificate is for this machine and this name. */
  public Path key(String name) throws Exception {
    Path store = directory.resolve(name + ".p12");
    keytool(
        "-genkeypair -keyalg RSA -keysize 2048 -validity 30 -ext san=ip:127.0.0.1 -dname CN="
            + name,
        name,
        store);
    return store;
  }

  /** The certificate of a key, as PEM. */
  public Path certificate(Path key) throws Exception {
    String name = name(key);
    Path file = directory.resolve(name + ".pem");
    keytool("-exportcert -rfc -file " + file, name, key);
    return file;
  }

  /** A store that trusts one certificate. */
  public Path trusting(Path certificate) throws Exception {
    String name = name(certificate);
    Path store = directory.resolve("trusts-" + name + ".p12");
    keytool("-importcert -noprompt -file " + certificate, name, store);
    return store;
  }

  /** The private key as PEM, readable by its owner alone. */
  public Path privateKey(Path key) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream bytes = Files.newInputStream(key)) {
      store.load(bytes, PASSWORD.toCharArray());
    }
    byte[] encoded = store.getKey(name(key), PASSWORD.toCharArray()).getEncoded();
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    Path file = directory.resolve(name(key) + "-key.pem");
    Files.writeString(
        file, "-----BEGIN PRIVATE KEY-----\n" + text + "\n-----END PRIVATE KEY-----\n");
    Files.setPosixFilePermissions(
        file, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
    return file;
  }

  private static String name(Path file) {
    return file.getFileName().toString().replaceFirst("\\.\\w+$", "");
  }

  private static void keytool(String arguments, String alias, Path store) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments.split(" ")));
    command.addAll(List.of("-alias", alias, "-keystore", store.toString()));
    command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
    Process tool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(tool.getInputStream().readAllBytes());
    if (tool.waitFor() != 0) {
      throw new AssertionError(command + "\n" + said);
    }
  }
}
