using CsCheck;
using Orrery.Web.Graphs;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

public sealed class LayeredLayoutTests
{
    [Fact]
    public void In_a_graph_without_cycles_every_arrow_leads_to_the_right_and_no_two_nodes_share_a_place() =>
        Gen.Select(Gen.Int[0, 14], Gen.Int[0, 14]).Array[0, 40].Sample(pairs =>
        {
            // From the smaller to the larger number: no cycle.
            var edges = pairs.Where(p => p.Item1 != p.Item2).Select(p => (From: Math.Min(p.Item1, p.Item2), To: Math.Max(p.Item1, p.Item2))).ToList();
            var placed = LayeredLayout.Place([.. Enumerable.Range(0, 15)], edges).ToDictionary(node => node.Key);
            return placed.Count == 15
                && edges.All(edge => placed[edge.From].Layer < placed[edge.To].Layer)
                && placed.Values.Select(node => (node.Layer, node.Row)).Distinct().Count() == 15;
        });

    [Fact]
    public void A_cycle_is_drawn_all_the_same()
    {
        var placed = LayeredLayout.Place(["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a"), ("b", "b")]);
        Assert.Equal([("a", 0), ("b", 1), ("c", 2)], placed.Select(node => (node.Key, node.Layer)).Order());
    }

    [Fact]
    public void What_nothing_leads_to_stands_next_to_its_first_use()
    {
        var placed = LayeredLayout.Place(["a", "b", "c", "late"], [("a", "b"), ("b", "c"), ("late", "c")]);
        Assert.Equal(1, placed.Single(node => node.Key == "late").Layer);
    }
}
