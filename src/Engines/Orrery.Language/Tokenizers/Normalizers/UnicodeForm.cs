using System.Text;
using Orrery.Kernel.Unicode;

namespace Orrery.Language.Tokenizers.Normalizers;

/// <summary>Unicode normalisation forms C, D, KC and KD.</summary>
internal sealed class UnicodeForm(NormalizationForm form) : TextNormalizer
{
    public override string Normalize(string text, bool isFirst) => UnicodeNormalization.Normalize(text, form);
}
