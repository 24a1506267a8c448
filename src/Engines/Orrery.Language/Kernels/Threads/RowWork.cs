namespace Orrery.Language.Kernels.Threads;

/// <summary>The same small thing for each of many columns, a few of them a part.</summary>
internal sealed class RowWork(Action<int> body) : ParallelWork
{
    private const int ColumnsPerPart = 8;

    private int _count;

    public void Run(ThreadTeam team, int count)
    {
        _count = count;
        team.Run(this, (count + ColumnsPerPart - 1) / ColumnsPerPart);
    }

    public override void Run(int part)
    {
        var end = Math.Min(_count, (part + 1) * ColumnsPerPart);
        for (var column = part * ColumnsPerPart; column < end; column++)
            body(column);
    }
}
