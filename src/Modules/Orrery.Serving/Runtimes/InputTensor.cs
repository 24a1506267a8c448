using Microsoft.ML.OnnxRuntime;
using Orrery.Ledger.Models;

namespace Orrery.Serving.Runtimes;

/// <summary>One input of one binding: a buffer that the graph reads in place, and the OrtValue over its first rows.</summary>
internal abstract class InputTensor(TensorSpec spec) : IDisposable
{
    protected TensorSpec Spec { get; } = spec;

    public OrtValue Value { get; private set; } = null!;

    public static InputTensor Create(TensorSpec spec) => spec.Type switch
    {
        ModelFieldType.Float32 => new Float32Input(spec),
        ModelFieldType.Float64 => new Float64Input(spec),
        ModelFieldType.Int64 => new Int64Input(spec),
        ModelFieldType.Text => new TextInput(spec),
        _ => new BooleanInput(spec),
    };

    /// <summary>Makes room for so many rows; what was filled before is gone.</summary>
    public void Resize(int rows)
    {
        Value?.Dispose();
        Value = Allocate(rows);
    }

    /// <summary>Sets a row of numbers.</summary>
    public virtual void Fill(int row, ReadOnlySpan<double> values) => throw new InvalidOperationException($"'{Spec.Name}' holds {Spec.Type}, not numbers.");

    /// <summary>Sets one text.</summary>
    public virtual void Fill(int element, KnownText text) => throw new InvalidOperationException($"'{Spec.Name}' holds {Spec.Type}, not text.");

    /// <summary>Sets a row to the only row of a tensor of the same kind.</summary>
    public abstract void CopyRow(int row, InputTensor single);

    public void Dispose() => Value?.Dispose();

    protected abstract OrtValue Allocate(int rows);

    private abstract class Numbers<T>(TensorSpec spec) : InputTensor(spec) where T : unmanaged
    {
        private T[] _buffer = [];

        public override void Fill(int row, ReadOnlySpan<double> values) => Convert(values, _buffer.AsSpan(row * Spec.Width, Spec.Width));

        public override void CopyRow(int row, InputTensor single) =>
            ((Numbers<T>)single)._buffer.AsSpan(0, Spec.Width).CopyTo(_buffer.AsSpan(row * Spec.Width));

        protected abstract void Convert(ReadOnlySpan<double> values, Span<T> elements);

        protected override OrtValue Allocate(int rows)
        {
            var length = checked(rows * Spec.Width);
            // Pinned once for its whole life: the graph reads it by address.
            if (_buffer.Length < length)
                _buffer = GC.AllocateArray<T>(length, pinned: true);
            return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _buffer.AsMemory(0, length), Spec.ShapeFor(rows));
        }
    }

    private sealed class Float32Input(TensorSpec spec) : Numbers<float>(spec)
    {
        protected override void Convert(ReadOnlySpan<double> values, Span<float> elements)
        {
            for (var i = 0; i < elements.Length; i++)
                elements[i] = (float)values[i];
        }
    }

    private sealed class Float64Input(TensorSpec spec) : Numbers<double>(spec)
    {
        protected override void Convert(ReadOnlySpan<double> values, Span<double> elements) => values.CopyTo(elements);
    }

    private sealed class Int64Input(TensorSpec spec) : Numbers<long>(spec)
    {
        // An integer has no NaN; transform graphs read the smallest one as "no value".
        private const long Missing = long.MinValue;

        protected override void Convert(ReadOnlySpan<double> values, Span<long> elements)
        {
            for (var i = 0; i < elements.Length; i++)
                elements[i] = double.IsNaN(values[i]) ? Missing : (long)values[i];
        }
    }

    private sealed class BooleanInput(TensorSpec spec) : Numbers<bool>(spec)
    {
        protected override void Convert(ReadOnlySpan<double> values, Span<bool> elements)
        {
            for (var i = 0; i < elements.Length; i++)
                elements[i] = values[i] > 0;
        }
    }

    private sealed class TextInput(TensorSpec spec) : InputTensor(spec)
    {
        // Setting a text crosses into native code and copies (0.04 µs); the same airport again need not.
        private KnownText?[] _held = [];

        public override void Fill(int element, KnownText text)
        {
            if (ReferenceEquals(_held[element], text))
                return;
            Value.StringTensorSetElementAt(text.Utf8.AsSpan(), element);
            _held[element] = text;
        }

        public override void CopyRow(int row, InputTensor single)
        {
            for (var column = 0; column < Spec.Width; column++)
                Fill(row * Spec.Width + column, ((TextInput)single)._held[column] ?? KnownText.Empty);
        }

        protected override OrtValue Allocate(int rows)
        {
            _held = new KnownText?[checked(rows * Spec.Width)];
            return OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, Spec.ShapeFor(rows));
        }
    }
}
