using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Orrery.Embedded.Folder;

/// <summary>
/// Makes names durable. A rename is atomic at once, but survives a power cut only after its folder was flushed
/// (fsync(2), section "Notes": flushing a file does not flush the entry of the folder that holds it).
/// </summary>
internal static partial class DurableFolder
{
    private const int OpenReadOnly = 0;

    /// <summary>Flushes the entries of a folder. Windows does it with the rename and offers no call for it.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, OpenReadOnly);
        if (descriptor < 0)
            throw Failure(folder);
        try
        {
            if (FSync(descriptor) != 0)
                throw Failure(folder);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Makes a folder, and its name durable.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!; // The root exists, so there is one.
        Create(parent);
        Directory.CreateDirectory(folder);
        Flush(parent);
    }

    /// <summary>Gives a flushed file its final name, durably; what had that name is replaced.</summary>
    public static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        Flush(Path.GetDirectoryName(to)!);
    }

    private static IOException Failure(string folder) =>
        new($"The folder '{folder}' could not be flushed to disk: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
