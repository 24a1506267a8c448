using Orrery.Kernel;

namespace Orrery.Embedded.Signals;

/// <summary>What a stream says when its files are not what was written. Nothing is dropped to go on: that is a person's decision.</summary>
internal static class DamagedStream
{
    public static OrreryException Error(string path, string what) => new(ErrorCode.Internal,
        $"The signal file '{path}' is damaged: {what}. Restore it from a backup; nothing was changed.");
}
