using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Orrery.Ledger.Models;

namespace Orrery.Serving.Runtimes;

/// <summary>One output of a scored request: rows × width elements, row-major. Valid until the request is disposed.</summary>
public abstract class OutputTensor : IDisposable
{
    private protected OutputTensor(TensorSpec spec) => Spec = spec;

    /// <summary>Its name, type and shape for any number of rows.</summary>
    public ModelField Field => Spec.Field;

    /// <summary>The shape of this answer.</summary>
    public IReadOnlyList<long> Shape { get; private set; } = [];

    /// <summary>How many elements it has.</summary>
    public int Length { get; private set; }

    /// <summary>An element as a number; booleans are 0 and 1. Integers beyond ±2^53 round.</summary>
    public abstract double Number(int element);

    /// <summary>An integer element, exactly.</summary>
    public virtual long Integer(int element) => throw new InvalidOperationException($"'{Field.Name}' holds {Field.Type}.");

    /// <summary>A text element as UTF-8.</summary>
    public virtual ReadOnlySpan<byte> Text(int element) => throw new InvalidOperationException($"'{Field.Name}' holds {Field.Type}.");

    /// <summary>The elements' bytes, little-endian; for every type but text.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    internal TensorSpec Spec { get; }

    internal OrtValue Value { get; private set; } = null!;

    internal static OutputTensor Create(TensorSpec spec) => spec.Type switch
    {
        ModelFieldType.Float32 => new Numbers<float>(spec, static value => value),
        ModelFieldType.Float64 => new Numbers<double>(spec, static value => value),
        ModelFieldType.Int64 => new Numbers<long>(spec, static value => value),
        ModelFieldType.Text => new Texts(spec),
        _ => new Numbers<bool>(spec, static value => value ? 1 : 0),
    };

    internal void Resize(int rows)
    {
        Value?.Dispose();
        var shape = Spec.ShapeFor(rows);
        (Shape, Length) = (shape, checked(rows * Spec.Width));
        Value = Allocate(shape);
    }

    /// <summary>Sets the only row to a row of a tensor of the same kind.</summary>
    internal abstract void CopyRow(OutputTensor many, int row);

    /// <inheritdoc/>
    public void Dispose()
    {
        Value?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract OrtValue Allocate(long[] shape);

    private sealed class Numbers<T>(TensorSpec spec, Func<T, double> toNumber) : OutputTensor(spec) where T : unmanaged
    {
        private T[] _buffer = [];

        public override ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(_buffer.AsSpan(0, Length));

        public override double Number(int element) => toNumber(_buffer[element]);

        public override long Integer(int element) => _buffer is long[] integers ? integers[element] : base.Integer(element);

        internal override void CopyRow(OutputTensor many, int row) =>
            ((Numbers<T>)many)._buffer.AsSpan(row * Spec.Width, Spec.Width).CopyTo(_buffer);

        private protected override OrtValue Allocate(long[] shape)
        {
            if (_buffer.Length < Length)
                _buffer = GC.AllocateArray<T>(Length, pinned: true);
            return OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _buffer.AsMemory(0, Length), shape);
        }
    }

    private sealed class Texts(TensorSpec spec) : OutputTensor(spec)
    {
        public override ReadOnlySpan<byte> Bytes => throw new InvalidOperationException($"'{Field.Name}' holds text; read it element by element.");

        public override double Number(int element) => throw new InvalidOperationException($"'{Field.Name}' holds text.");

        public override ReadOnlySpan<byte> Text(int element) => Value.GetStringElementAsSpan(element);

        internal override void CopyRow(OutputTensor many, int row)
        {
            for (var column = 0; column < Spec.Width; column++)
                Value.StringTensorSetElementAt(many.Text(row * Spec.Width + column), column);
        }

        private protected override OrtValue Allocate(long[] shape) => OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
    }
}
