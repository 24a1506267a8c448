using Orrery.Preparation.Onnx.Proto;

namespace Orrery.Preparation.Onnx;

/// <summary>The rules of the ONNX IR that can be checked without knowing the operators.</summary>
/// <remarks>Source: ONNX IR specification, "Graphs" and "Names Within a Graph".</remarks>
internal static class OnnxModelCheck
{
    private const string StandardDomain = "ai.onnx";
    private const int MaxNesting = 16;

    /// <summary>The standard domain is written as its name or as nothing.</summary>
    public static string DomainOf(string domain) => domain.Length == 0 ? StandardDomain : domain;

    /// <summary>What is wrong, or null.</summary>
    public static string? Problem(ModelProto model)
    {
        if (model.IrVersion <= 0 || model.Graph is null)
            return "it has no IR version and no graph, so it is some other protocol buffer";
        if (model.OpsetImport.Count == 0)
            return "it imports no operator set";
        if (model.OpsetImport.GroupBy(o => DomainOf(o.Domain), StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            return $"it imports the operator set {twice.Key} twice";
        if (model.OpsetImport.FirstOrDefault(o => DomainOf(o.Domain) == StandardDomain) is { Version: > OnnxGraphBuilder.MaxOpset } newer)
            return $"it needs opset {newer.Version}, and {OnnxGraphBuilder.MaxOpset} is the newest that can be run; export it with an "
                + $"older opset";
        if (model.Graph.Output.Count == 0)
            return "its graph has no output";
        var domains = model.OpsetImport.Select(o => DomainOf(o.Domain)).ToHashSet(StringComparer.Ordinal);
        return Problem(model.Graph, new Scope(null), domains, 0);
    }

    private static string? Problem(GraphProto graph, Scope scope, HashSet<string> domains, int depth)
    {
        if (depth > MaxNesting)
            return $"its graphs are nested more than {MaxNesting} deep";
        foreach (var initializer in graph.Initializer)
        {
            if (External(initializer) is { } outside)
                return outside;
        }

        var initialized = graph.Initializer.Select(i => i.Name).Concat(graph.SparseInitializer.Select(s => s.Values?.Name ?? "")).ToList();
        var inputs = graph.Input.Select(i => i.Name).ToList();
        if (inputs.Concat(graph.Output.Select(o => o.Name)).Any(string.IsNullOrEmpty))
            return "an input or output has no name";
        // An initializer may give an input its default, so those two may share a name; nothing else may.
        if (inputs.Concat(initialized.Except(inputs, StringComparer.Ordinal)).FirstOrDefault(name => !scope.Add(name)) is { } again)
            return $"the value '{again}' is made twice";
        foreach (var node in graph.Node)
        {
            if (Problem(node, scope, domains, depth) is { } problem)
                return problem;
        }

        return graph.Output.FirstOrDefault(o => !scope.Knows(o.Name)) is { } missing ? $"nothing makes the output '{missing.Name}'" : null;
    }

    private static string? Problem(NodeProto node, Scope scope, HashSet<string> domains, int depth)
    {
        if (node.OpType.Length == 0)
            return $"the node '{node.Name}' names no operator";
        if (!domains.Contains(DomainOf(node.Domain)))
            return $"the node '{node.Name}' ({node.OpType}) is of the domain '{node.Domain}', whose operator set is not imported";
        if (node.Input.FirstOrDefault(i => i.Length > 0 && !scope.Knows(i)) is { } unknown)
            return $"the node '{node.Name}' ({node.OpType}) reads '{unknown}', which nothing before it makes";
        foreach (var attribute in node.Attribute)
        {
            foreach (var tensor in attribute.T is null ? attribute.Tensors : [.. attribute.Tensors, attribute.T])
            {
                if (External(tensor) is { } outside)
                    return outside;
            }

            foreach (var graph in attribute.G is null ? attribute.Graphs : [.. attribute.Graphs, attribute.G])
            {
                if (Problem(graph, new Scope(scope), domains, depth + 1) is { } problem)
                    return problem;
            }
        }

        return node.Output.FirstOrDefault(o => o.Length > 0 && !scope.Add(o)) is { } again ? $"the value '{again}' is made twice" : null;
    }

    private static string? External(TensorProto tensor) =>
        tensor.DataLocation == TensorProto.Types.DataLocation.External || tensor.ExternalData.Count > 0
        ? $"the tensor '{tensor.Name}' lies in another file; save the model with its weights inside"
        : null;

    /// <summary>The names that a node may read: of its graph and of those around it.</summary>
    private sealed class Scope(Scope? outer)
    {
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);

        public bool Add(string name) => (outer is null || !outer.Knows(name)) && _names.Add(name);

        public bool Knows(string name) => _names.Contains(name) || (outer?.Knows(name) ?? false);
    }
}
