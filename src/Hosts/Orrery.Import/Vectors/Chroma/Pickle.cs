using System.Buffers.Binary;
using System.Text;
using Orrery.Kernel;

namespace Orrery.Import.Vectors.Chroma;

/// <summary>
/// Reads the data of a Python pickle (protocols 2 to 5) and executes none of it: dictionaries, lists, texts, numbers. A pickle is a program that builds its value; what would call or
/// import something makes an inert <see cref="PickledObject"/> here, which keeps the state that it would have been given.
/// </summary>
internal ref struct Pickle
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly Stack<object?> _stack = new();
    private readonly Stack<int> _marks = new();
    private readonly Dictionary<long, object?> _memo = [];
    private int _at;

    private Pickle(ReadOnlySpan<byte> data) => _data = data;

    /// <summary>The value of a pickle: <see cref="long"/>, <see cref="double"/>, <see cref="string"/>, <see cref="bool"/>, a list, a dictionary, a <see cref="PickledObject"/>, or null.</summary>
    /// <exception cref="InvalidException">It is cut off, or holds an instruction that data does not need.</exception>
    public static object? Read(ReadOnlySpan<byte> data)
    {
        var pickle = new Pickle(data);
        try
        {
            return pickle.Run();
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or InvalidCastException or KeyNotFoundException or OverflowException)
        {
            throw new InvalidException($"The pickle is damaged at byte {pickle._at}: {error.Message}", error);
        }
    }

    private object? Run()
    {
        while (true)
        {
            var code = (char)Take(1)[0];
            switch (code)
            {
                case '.':
                    return _stack.Pop();
                case '\x80': Take(1); break; // protocol
                case '\x95': Take(8); break; // frame
                case '(': _marks.Push(_stack.Count); break;
                case '0': _stack.Pop(); break;
                case '2': _stack.Push(_stack.Peek()); break;
                case 'N': _stack.Push(null); break;
                case '\x88': _stack.Push(true); break;
                case '\x89': _stack.Push(false); break;
                case 'K': _stack.Push((long)Take(1)[0]); break;
                case 'M': _stack.Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
                case 'J': _stack.Push((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
                case '\x8a': _stack.Push(Whole(Take(Take(1)[0]))); break;
                case 'G': _stack.Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
                case '\x8c': _stack.Push(Text(Take(1)[0])); break;
                case 'X': _stack.Push(Text(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
                case '\x8d': _stack.Push(Text(checked((long)BinaryPrimitives.ReadUInt64LittleEndian(Take(8))))); break;
                case '}': _stack.Push(new Dictionary<object, object?>()); break;
                case ']': _stack.Push(new List<object?>()); break;
                case ')': _stack.Push(new List<object?>()); break;
                case '\x85': _stack.Push(Popped(1)); break;
                case '\x86': _stack.Push(Popped(2)); break;
                case '\x87': _stack.Push(Popped(3)); break;
                case 't': _stack.Push(Popped(_stack.Count - _marks.Pop())); break;
                case 'a': Append(Popped(1)); break;
                case 'e': Append(Popped(_stack.Count - _marks.Pop())); break;
                case 's': Set(Popped(2)); break;
                case 'u': Set(Popped(_stack.Count - _marks.Pop())); break;
                case '\x94': _memo[_memo.Count] = _stack.Peek(); break;
                case 'q': _memo[Take(1)[0]] = _stack.Peek(); break;
                case 'r': _memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = _stack.Peek(); break;
                case 'h': _stack.Push(_memo[Take(1)[0]]); break;
                case 'j': _stack.Push(_memo[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))]); break;
                case 'c': _stack.Push(new PickledObject($"{Line()}.{Line()}")); break;
                case '\x93': _stack.Push(new PickledObject(string.Join('.', Popped(2)))); break;
                case 'R' or '\x81': Make(Popped(2)); break;
                case 'b': Build(_stack.Pop()); break;
                default:
                    throw new InvalidException($"The pickle has the instruction 0x{(int)code:x2} at byte {_at - 1}, which plain data does not need.");
            }
        }
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count > _data.Length - _at)
            throw new InvalidException($"The pickle ends at byte {_data.Length}, in the middle of a value.");
        var taken = _data.Slice(_at, (int)count);
        _at += (int)count;
        return taken;
    }

    private string Text(long length) => Encoding.UTF8.GetString(Take(length));

    private string Line()
    {
        var length = _data[_at..].IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(Take(length < 0 ? _data.Length : length));
        Take(1);
        return line;
    }

    private static long Whole(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8)
            throw new InvalidException($"The pickle holds a whole number of {bytes.Length} bytes; 8 are read.");
        long value = bytes is [.., >= 0x80] ? -1 : 0;
        for (var i = bytes.Length - 1; i >= 0; i--)
            value = (value << 8) | bytes[i];
        return value;
    }

    private readonly List<object?> Popped(int count)
    {
        var popped = new List<object?>(count);
        for (var i = 0; i < count; i++)
            popped.Add(_stack.Pop());
        popped.Reverse();
        return popped;
    }

    private readonly void Append(List<object?> items) => ((List<object?>)_stack.Peek()!).AddRange(items);

    private readonly void Set(List<object?> pairs)
    {
        var target = (Dictionary<object, object?>)_stack.Peek()!;
        for (var i = 0; i + 1 < pairs.Count; i += 2)
            target[pairs[i] ?? throw new InvalidException("The pickle holds a dictionary with None for a key.")] = pairs[i + 1];
    }

    private readonly void Make(List<object?> callable) => _stack.Push(new PickledObject(callable[0] is PickledObject named ? named.Name : "?"));

    private readonly void Build(object? state)
    {
        if (_stack.Peek() is PickledObject built)
            built.State = state;
    }
}

/// <summary>What a pickle would have made by calling something.</summary>
internal sealed class PickledObject(string name)
{
    /// <summary>What it would have called.</summary>
    public string Name { get; } = name;

    /// <summary>The state that it would have been given; for a plain class its attributes.</summary>
    public object? State { get; set; }
}
