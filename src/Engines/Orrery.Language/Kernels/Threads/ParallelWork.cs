namespace Orrery.Language.Kernels.Threads;

/// <summary>Work in independent parts. An object is made once and used again for each token, so that a token allocates nothing.</summary>
internal abstract class ParallelWork
{
    /// <summary>Does one part; several threads run different parts at once.</summary>
    public abstract void Run(int part);
}
