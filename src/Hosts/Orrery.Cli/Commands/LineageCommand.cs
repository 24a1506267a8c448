using System.CommandLine;
using Orrery.Cli.Output;
using Orrery.Client;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery lineage REF</c>: what something was made from, and what was made from it.</summary>
internal static class LineageCommand
{
    public static Command Create()
    {
        var start = new Argument<string>("ref") { Description = "model/flights@champion, dataset/flights:3, run/ID, endpoint/flights" };
        var down = new Option<bool>("--down") { Description = "What was made from it, instead of what it was made from" };
        var depth = new Option<int>("--depth") { Description = "How many steps, 1 to 64", DefaultValueFactory = _ => 16 };
        var output = new OutputOption();
        var command = new Command("lineage", "Walk the lineage graph.\n\nExample: orrery lineage model/flights@champion") { start, down, depth };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var walksDown = parsed.GetValue(down);
            var graph = await orrery.Lineage.WalkAsync(parsed.GetRequiredValue(start), walksDown ? "downstream" : "upstream", parsed.GetValue(depth), cancellationToken);
            if (output.Of(parsed) == OutputFormat.Table)
                AnsiConsole.Write(LineageTree.Of(graph, walksDown));
            else
                output.Write(parsed, graph, _ => new Table());
            return ExitCode.Ok;
        });
        return command;
    }
}

/// <summary>The graph as a tree from its start; a node that was shown before is named and not opened again.</summary>
internal static class LineageTree
{
    public static Tree Of(LineageGraph graph, bool downwards)
    {
        var nodes = graph.Nodes.ToDictionary(node => node.Id);
        var next = graph.Edges.ToLookup(edge => downwards ? edge.From : edge.To, edge => (Node: downwards ? edge.To : edge.From, edge.Role));
        var tree = new Tree(Label(nodes, graph.Start, role: null)) { Style = Style.Parse("grey") };
        var seen = new HashSet<LineageNodeId> { graph.Start };
        Grow(tree, graph.Start);
        return tree;

        void Grow(IHasTreeNodes parent, LineageNodeId id)
        {
            foreach (var (child, role) in next[id].OrderBy(edge => nodes.GetValueOrDefault(edge.Node)?.Label, StringComparer.Ordinal))
            {
                var fresh = seen.Add(child);
                var branch = parent.AddNode(Label(nodes, child, role) + (fresh || !next[child].Any() ? "" : " [grey](above)[/]"));
                if (fresh)
                    Grow(branch, child);
            }
        }
    }

    private static string Label(Dictionary<LineageNodeId, LineageNode> nodes, LineageNodeId id, string? role)
    {
        var node = nodes.GetValueOrDefault(id);
        var colour = id.Kind switch { "run" => "blue", "endpoint" => "magenta", "signal" => "red", _ => "yellow" };
        return $"[{colour}]{Markup.Escape(node?.Label ?? id.Id)}[/]{(role is null ? "" : $" [grey]{Markup.Escape(role)}[/]")}";
    }
}
