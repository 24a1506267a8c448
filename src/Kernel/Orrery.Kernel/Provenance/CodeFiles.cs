using System.Diagnostics;

namespace Orrery.Kernel.Provenance;

/// <summary>
/// Which code a process runs, beyond its commit: what differs from the commit, and the packages by version. Nothing here fails: what cannot be read is not there.
/// </summary>
public static class CodeFiles
{
    // The lock files that package tools leave beside a program, those of .NET first.
    private static readonly string[] Locks = ["packages.lock.json", "requirements.txt", "uv.lock", "poetry.lock", "Pipfile.lock", "conda.yaml", "environment.yml"];

    /// <summary>How long git may take for a difference; a checkout on a slow disk then has none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The diff of the checkout that holds <paramref name="folder"/>, the lock files in it, and the packages of this program.</summary>
    public static async Task<IReadOnlyList<CodeFile>> OfAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var files = new List<CodeFile>();
        if (GitCommit.Root(folder) is { } root && await DiffAsync(root, cancellationToken) is { Length: > 0 } diff)
            files.Add(new($"{CodeFile.Folder}/code.diff", diff, "text/x-diff"));
        foreach (var name in Locks)
            await AddAsync(Path.Combine(folder, name), name);
        // What the runtime itself resolved, to the version of each package.
        var program = $"{AppDomain.CurrentDomain.FriendlyName}.deps.json";
        await AddAsync(Path.Combine(AppContext.BaseDirectory, program), program);
        return files;

        async Task AddAsync(string path, string name)
        {
            if (await ReadAsync(path, cancellationToken) is { } content)
                files.Add(new($"{CodeFile.Folder}/{name}", content, name.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : "text/plain"));
        }
    }

    /// <summary>What differs from the commit in the files that git knows, as a patch; null where git is not there, or it is too long.</summary>
    private static async Task<byte[]?> DiffAsync(string root, CancellationToken cancellationToken)
    {
        // Nothing that a checkout configures is run: no file system monitor, no external differ, no converter.
        var start = new ProcessStartInfo("git", ["-c", "core.fsmonitor=false", "-c", "core.pager=cat", "diff", "--no-ext-diff", "--no-textconv", "--no-color", "--binary", "HEAD"])
        {
            WorkingDirectory = root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GIT_OPTIONAL_LOCKS"] = "0";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            using var git = Process.Start(start);
            if (git is null)
                return null;
            try
            {
                var errors = git.StandardError.ReadToEndAsync(limit.Token); // read, or a full pipe would stop it
                var diff = await AtMostAsync(git.StandardOutput.BaseStream, CodeFile.MaxBytes, limit.Token);
                if (diff is null)
                    return null;
                await errors;
                await git.WaitForExitAsync(limit.Token);
                return git.ExitCode == 0 ? diff : null;
            }
            finally
            {
                if (!git.HasExited)
                    git.Kill();
            }
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException or InvalidOperationException
                                      || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null; // no git here, or it took too long
        }
    }

    private static async Task<byte[]?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (!File.Exists(path))
                return null;
            await using var file = File.OpenRead(path);
            return await AtMostAsync(file, CodeFile.MaxBytes, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task<byte[]?> AtMostAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            content.Write(buffer, 0, read);
            if (content.Length > most)
                return null;
        }

        return content.ToArray();
    }
}
