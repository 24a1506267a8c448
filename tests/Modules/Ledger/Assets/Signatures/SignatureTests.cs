using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LinqToDB;
using Orrery.Kernel;
using Orrery.Ledger.Assets.Signatures;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Assets.Signatures;

public sealed class SignatureTests
{
    private static readonly Caller Bob = new(Caller.DefaultWorkspace, "user:bob", Role.Approver);

    [Fact]
    public async Task A_signature_is_verified_with_nothing_but_the_public_key()
    {
        await using var platform = await StartAsync();
        var version = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }));
        var signatures = platform.Get<ISignatures>();
        await signatures.SignAsync(Bob, version.Ref);
        var signed = await signatures.GetAsync(Ada, version.Ref);

        Assert.True(signed.Valid);
        var payload = Convert.FromBase64String(signed.Envelope.Payload);
        using var key = ECDsa.Create();
        key.ImportFromPem(signatures.PublicKey);
        byte[] encoded = [.. Encoding.UTF8.GetBytes($"DSSEv1 {signed.Envelope.PayloadType.Length} {signed.Envelope.PayloadType} {payload.Length} "), .. payload];
        Assert.True(key.VerifyData(encoded, Convert.FromBase64String(signed.Envelope.Signatures[0].Sig), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        var statement = JsonDocument.Parse(payload).RootElement;
        Assert.Equal("https://in-toto.io/Statement/v1", statement.GetProperty("_type").GetString());
        Assert.Equal(("model/flights:1", version.Digest.ToString()), (statement.GetProperty("subject")[0].GetProperty("name").GetString(), statement.GetProperty("subject")[0].GetProperty("digest").GetProperty("sha256").GetString()));
        Assert.Equal("user:ada", statement.GetProperty("predicate").GetProperty("createdBy").GetString());
    }

    [Fact]
    public async Task What_was_changed_in_the_database_no_longer_verifies()
    {
        await using var platform = await StartAsync();
        var first = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }));
        var second = await platform.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 2 }));
        var signatures = platform.Get<ISignatures>();
        await signatures.SignAsync(Bob, first.Ref);
        await signatures.SignAsync(Bob, second.Ref);
        var (one, two) = (first.Id.ToString(), second.Id.ToString());
        await platform.Database.WriteAsync(transaction =>
        {
            var table = transaction.GetTable<VersionSignatureRow>();
            var whole = table.Single(row => row.VersionId == one);
            // A true statement about another version, and a statement that was edited.
            table.Where(row => row.VersionId == two).Set(row => row.Payload, whole.Payload).Set(row => row.Signature, whole.Signature).Update();
            var edited = Encoding.UTF8.GetString(Convert.FromBase64String(whole.Payload)).Replace("user:ada", "user:eve", StringComparison.Ordinal);
            table.Where(row => row.VersionId == one).Set(row => row.Payload, Convert.ToBase64String(Encoding.UTF8.GetBytes(edited))).Update();
        });

        Assert.False((await signatures.GetAsync(Ada, first.Ref)).Valid);
        Assert.False((await signatures.GetAsync(Ada, second.Ref)).Valid);
    }

    [Fact]
    public async Task The_key_outlives_the_process_and_only_an_approver_signs()
    {
        using var folder = new TempFolder();
        AssetRef version;
        await using (var before = await StartInAsync(folder))
        {
            version = (await before.Assets().AddVersionAsync(Ada, new(AssetKind.Model, "flights", new { content = 1 }))).Ref;
            Assert.Equal(ErrorCode.Forbidden, (await Assert.ThrowsAsync<OrreryException>(() => before.Get<ISignatures>().SignAsync(Ada, version))).Code);
            await Assert.ThrowsAsync<NotFoundException>(() => before.Get<ISignatures>().GetAsync(Ada, version));
            await before.Get<ISignatures>().SignAsync(Bob, version);
        }

        await using var after = await StartInAsync(folder);
        Assert.True((await after.Get<ISignatures>().GetAsync(Ada, version)).Valid);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder.Path, "keys", "server.pem")));
    }
}
