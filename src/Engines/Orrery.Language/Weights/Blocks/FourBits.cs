using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Language.Weights.Blocks;

/// <summary>32 codes in 16 bytes: byte i holds code i below and code i + 16 above. A fifth bit, where there is one, stands in a word of 32 bits.</summary>
internal static unsafe class FourBits
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Unpack(byte* packed)
    {
        // The same 16 bytes twice, the upper ones shifted: what crosses from byte to byte is masked away.
        var twice = Vector256.Create(Vector128.Load(packed)).AsUInt64();
        var shifted = Avx2.IsSupported ? Avx2.ShiftRightLogicalVariable(twice, Vector256.Create(0UL, 0, 4, 4)) : Vector256.Create(twice.GetLower(), twice.GetUpper() >> 4);
        return shifted.AsByte() & Vector256.Create((byte)0xF);
    }

    public static void Pack(byte* codes, byte* packed)
    {
        for (var i = 0; i < 16; i++)
            packed[i] = (byte)((codes[i] & 0xF) | (codes[i + 16] << 4));
    }

    /// <summary>16 where the bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<byte> Fifth(byte* bits)
    {
        // Byte i looks at bit i % 8 of byte i / 8.
        var word = Unsafe.ReadUnaligned<uint>(bits);
        var low = Vector128.Create((word & 0xFF) * 0x0101010101010101UL, (word >> 8 & 0xFF) * 0x0101010101010101UL);
        var high = Vector128.Create((word >> 16 & 0xFF) * 0x0101010101010101UL, (word >> 24) * 0x0101010101010101UL);
        var masks = Vector256.Create(0x8040201008040201UL).AsByte();
        return Vector256.Equals(Vector256.Create(low, high).AsByte() & masks, masks) & Vector256.Create((byte)16);
    }

    public static void PackFifth(byte* codes, byte* bits)
    {
        uint word = 0;
        for (var i = 0; i < 32; i++)
            word |= (uint)(codes[i] >> 4 & 1) << i;
        Unsafe.WriteUnaligned(bits, word);
    }
}
