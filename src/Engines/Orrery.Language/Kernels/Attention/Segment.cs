using Orrery.Language.Inference.Cache;

namespace Orrery.Language.Kernels.Attention;

/// <summary>Consecutive tokens of one sequence within a batch.</summary>
/// <param name="Sequence">Where their keys and values are.</param>
/// <param name="Start">The position of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Column">The column of the first in the batch.</param>
internal readonly record struct Segment(CachedSequence Sequence, int Start, int Count, int Column);
