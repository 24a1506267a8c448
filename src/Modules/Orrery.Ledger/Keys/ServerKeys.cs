using System.Security.Cryptography;
using System.Text;
using Orrery.Kernel;
using Orrery.Platform.Hosting;

namespace Orrery.Ledger.Keys;

/// <summary>
/// The server's own key, made on its first use and kept in the data folder beside, not in, the database: whoever reads a copy of the database alone can
/// neither sign as this server nor read the secrets of webhooks. It signs (ECDSA over P-256), and enciphers (AES-256-GCM under a key derived from it).
/// </summary>
internal sealed class ServerKeys(DataFolder folder) : IDisposable
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly Lazy<ECDsa> _key = new(() => Read(folder));

    /// <summary>The public half, in PEM.</summary>
    public string PublicKey => _key.Value.ExportSubjectPublicKeyInfoPem();

    /// <summary>Names the key: the SHA-256 of its public half.</summary>
    public string KeyId => Digest.Of(_key.Value.ExportSubjectPublicKeyInfo()).ToString();

    /// <summary>Signs, in the form of RFC 3279 section 2.2.3 that OpenSSL and cosign verify.</summary>
    public byte[] Sign(ReadOnlySpan<byte> content)
    {
        lock (_key)
            return _key.Value.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Whether this key signed the content.</summary>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        lock (_key)
            return _key.Value.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
    }

    /// <summary>Enciphers a short secret; <paramref name="purpose"/> binds it to its place.</summary>
    public string Encipher(string secret, string purpose)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var box = new byte[NonceBytes + TagBytes + plain.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, NonceBytes));
        using var cipher = Cipher();
        cipher.Encrypt(
            box.AsSpan(0, NonceBytes), plain, box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), Encoding.UTF8.GetBytes(purpose));
        return Convert.ToBase64String(box);
    }

    /// <summary>Reads what <see cref="Encipher"/> wrote.</summary>
    /// <exception cref="PreconditionFailedException">Another key enciphered it.</exception>
    public string Decipher(string enciphered, string purpose)
    {
        var box = Convert.FromBase64String(enciphered);
        var plain = new byte[box.Length - NonceBytes - TagBytes];
        using var cipher = Cipher();
        try
        {
            cipher.Decrypt(
                box.AsSpan(0, NonceBytes), box.AsSpan(NonceBytes + TagBytes), box.AsSpan(NonceBytes, TagBytes), plain, Encoding.UTF8.GetBytes(purpose));
        }
        catch (AuthenticationTagMismatchException)
        {
            throw new PreconditionFailedException("The secret was kept under another key of the server (keys/server.pem in the data folder). Set the secret again.");
        }

        return Encoding.UTF8.GetString(plain);
    }

    public void Dispose()
    {
        if (_key.IsValueCreated)
            _key.Value.Dispose();
    }

    private AesGcm Cipher() => new(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key.Value.ExportParameters(includePrivateParameters: true).D!, 32, info: "orrery secrets"u8.ToArray()), TagBytes);

    private static ECDsa Read(DataFolder folder)
    {
        var path = Path.Combine(folder.Sub("keys"), "server.pem");
        try
        {
            if (!File.Exists(path))
                Make(path);
            var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(path));
            return key;
        }
        catch (Exception error) when (StorageRefusal.Is(error))
        {
            throw StorageRefusal.Of(error, "The server's key");
        }
    }

    private static void Make(string path)
    {
        var temporary = path + ".new";
        using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using var file = new FileStream(temporary, options);
            file.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: false);
    }
}
