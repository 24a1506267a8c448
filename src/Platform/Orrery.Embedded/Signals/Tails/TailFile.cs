using Microsoft.Win32.SafeHandles;
using Orrery.Embedded.Folder;
using Orrery.Platform.Signals;

namespace Orrery.Embedded.Signals.Tails;

/// <summary>
/// The end of a stream that is not Parquet yet: a header and then one record for each commit, flushed before it is acknowledged. A tail that
/// was rolled is never written again. One thread appends; any number read.
/// </summary>
internal sealed class TailFile
{
    private readonly SafeFileHandle _handle;
    private readonly Lock _gate = new();
    private readonly List<Frame> _frames;
    private long _length;
    private long _end;
    private bool _named; // The folder was flushed since the tail got its name.
    private bool _dirty; // Bytes of a failed append may lie after _length.
    private int _users = 1;

    private TailFile(string path, long first, SignalSchema schema, SafeFileHandle handle, long length, List<Frame> frames)
    {
        Path = path;
        First = first;
        Schema = schema;
        _handle = handle;
        _length = length;
        _frames = frames;
    }

    public string Path { get; }

    /// <summary>The offset of its first row.</summary>
    public long First { get; }

    public SignalSchema Schema { get; }

    /// <summary>The offset after its last row; whoever reads it finds the records up to it in <see cref="Frames"/>.</summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        private set => Volatile.Write(ref _end, value);
    }

    public long Rows => End - First;

    public long Bytes => _length;

    /// <summary>Makes an empty tail under its final name; an empty one of that name is replaced.</summary>
    public static TailFile Create(StreamFolder folder, string scratch, long first, SignalSchema schema)
    {
        var header = TailHeader.Encode(first, schema);
        var path = folder.TailPath(first);
        var temporary = System.IO.Path.Combine(scratch, $"{Guid.CreateVersion7():N}.tail");
        var handle = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        try
        {
            RandomAccess.Write(handle, header, 0);
            RandomAccess.FlushToDisk(handle);
            // The open handle follows the file to its new name. The folder is flushed with the first record: until then there is nothing to lose,
            // and after the rename nothing may fail any more, because the file of that name is the stream's end.
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            handle.Dispose();
            File.Delete(temporary);
            throw;
        }

        return new(path, first, schema, handle, header.Length, []) { End = first };
    }

    /// <summary>Opens a tail that was read by <see cref="TailRecovery"/>, and cuts off what lies after its last whole record.</summary>
    public static TailFile Open(RecoveredTail recovered)
    {
        var handle = File.OpenHandle(recovered.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        if (RandomAccess.GetLength(handle) > recovered.Length)
        {
            RandomAccess.SetLength(handle, recovered.Length);
            RandomAccess.FlushToDisk(handle);
        }

        return new(recovered.Path, recovered.First, recovered.Schema, handle, recovered.Length, [.. recovered.Frames]) { End = recovered.End };
    }

    /// <summary>Appends a sealed frame and flushes it. Where that fails, the file is as before.</summary>
    public void Append(ReadOnlySpan<byte> frame, int rows)
    {
        if (!_named)
            DurableFolder.Flush(System.IO.Path.GetDirectoryName(Path)!);
        _named = true;
        if (_dirty)
            CutBack();
        _dirty = true;
        try
        {
            RandomAccess.Write(_handle, frame, _length);
            RandomAccess.FlushToDisk(_handle);
        }
        catch
        {
            CutBack();
            throw;
        }

        _dirty = false;
        lock (_gate)
            _frames.Add(new(End, rows, _length + Frame.HeaderBytes, frame.Length - Frame.HeaderBytes));
        _length += frame.Length;
        End += rows;
    }

    /// <summary>The records that hold rows from <paramref name="from"/> on, as far as there are now.</summary>
    public Frame[] Frames(long from)
    {
        lock (_gate)
        {
            var index = _frames.BinarySearch(new(from, 0, 0, 0), Comparer<Frame>.Create((a, b) => a.First.CompareTo(b.First)));
            if (index < 0)
                index = Math.Max(0, ~index - 1); // The record before may hold it in its middle.
            return [.. System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_frames)[index..]];
        }
    }

    /// <summary>Appends the rows of a record from <paramref name="from"/> on to a batch.</summary>
    public void Read(Frame frame, long from, SignalBatch target)
    {
        var payload = System.Buffers.ArrayPool<byte>.Shared.Rent(frame.Length);
        try
        {
            var span = payload.AsSpan(0, frame.Length);
            Read(frame, span);
            RecordCodec.Decode(span, Schema.Columns.Count, (int)Math.Max(0, from - frame.First), target);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(payload);
        }
    }

    /// <summary>Reads the payload of a record as it is.</summary>
    public void Read(Frame frame, Span<byte> payload)
    {
        for (var read = 0; read < payload.Length;)
        {
            var count = RandomAccess.Read(_handle, payload[read..], frame.Position + read);
            read += count > 0 ? count : throw DamagedStream.Error(Path, $"it ends within the record at {frame.Position}");
        }
    }

    /// <summary>Keeps the file open for a reader; false where it has been closed.</summary>
    public bool TryUse()
    {
        lock (_gate)
        {
            if (_users == 0)
                return false;
            _users++;
            return true;
        }
    }

    /// <summary>Ends a use; the stream's own is the last. An unlinked file lives on until then.</summary>
    public void EndUse()
    {
        lock (_gate)
        {
            if (--_users == 0)
                _handle.Dispose();
        }
    }

    private void CutBack()
    {
        RandomAccess.SetLength(_handle, _length);
        RandomAccess.FlushToDisk(_handle);
        _dirty = false;
    }
}
