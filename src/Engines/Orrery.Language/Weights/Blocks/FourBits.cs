using System.Runtime.CompilerServices;

namespace Orrery.Language.Weights.Blocks;

/// <summary>32 codes in 16 bytes: byte i holds code i below and code i + 16 above. A fifth bit, where there is one, stands in a word of 32 bits.</summary>
internal static unsafe class FourBits
{
    public static void Unpack(byte* packed, byte* codes)
    {
        for (var i = 0; i < 16; i++)
        {
            codes[i] = (byte)(packed[i] & 0xF);
            codes[i + 16] = (byte)(packed[i] >> 4);
        }
    }

    public static void Pack(byte* codes, byte* packed)
    {
        for (var i = 0; i < 16; i++)
            packed[i] = (byte)((codes[i] & 0xF) | (codes[i + 16] << 4));
    }

    public static void AddFifth(byte* bits, byte* codes)
    {
        var word = Unsafe.ReadUnaligned<uint>(bits);
        for (var i = 0; i < 32; i++)
            codes[i] |= (byte)((word >> i & 1) << 4);
    }

    public static void PackFifth(byte* codes, byte* bits)
    {
        uint word = 0;
        for (var i = 0; i < 32; i++)
            word |= (uint)(codes[i] >> 4 & 1) << i;
        Unsafe.WriteUnaligned(bits, word);
    }
}
