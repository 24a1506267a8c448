using System.Xml.Linq;
using Orrery.Tests;
using Xunit;

namespace Orrery.Architecture.Tests;

/// <summary>Who may know whom, read from the project files themselves: Hosts → Protocols → Modules → Platform, Engines → Kernel.</summary>
public sealed class ProjectReferenceTests
{
    /// <summary>The whole truth about references between projects of src/; docs/architecture.md draws it.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Kernel"] = [],
        // Engines: pure computing.
        ["Statistics"] = ["Kernel"],
        ["Fairness"] = ["Kernel", "Statistics"],
        ["Tuning"] = ["Kernel", "Statistics"],
        ["Preparation"] = ["Kernel", "Statistics"],
        ["Vectors"] = ["Statistics"],
        ["Language"] = ["Kernel"],
        // Platform: the ports and their two sides.
        ["Platform"] = ["Kernel"],
        ["Embedded"] = ["Kernel", "Platform"],
        ["Cluster"] = ["Kernel", "Platform"],
        // Modules: these arrows and no others between them.
        ["Ledger"] = ["Kernel", "Platform"],
        ["Pipelines"] = ["Kernel", "Platform", "Ledger"],
        ["Data"] = ["Kernel", "Platform", "Statistics", "Ledger", "Pipelines"],
        ["Features"] = ["Kernel", "Platform", "Statistics", "Ledger", "Pipelines", "Data"],
        ["Training"] = ["Kernel", "Platform", "Statistics", "Fairness", "Tuning", "Preparation", "Ledger", "Pipelines", "Data", "Features"],
        ["Serving"] = ["Kernel", "Platform", "Statistics", "Preparation", "Ledger", "Pipelines", "Features"],
        ["Monitoring"] = ["Kernel", "Platform", "Statistics", "Fairness", "Ledger", "Pipelines", "Data"],
        ["Search"] = ["Kernel", "Platform", "Vectors", "Ledger", "Pipelines"],
        ["Gateway"] = ["Kernel", "Platform", "Ledger", "Language"],
        ["Protocols"] = ["Kernel", "Platform", "Ledger", "Gateway", "Data", "Features", "Training", "Pipelines", "Serving", "Monitoring", "Search"],
        // Hosts.
        ["Client"] = ["Kernel"],
        ["Web"] = ["Kernel", "Platform", "Ledger", "Data", "Features", "Training", "Pipelines", "Serving", "Monitoring", "Search", "Vectors", "Preparation", "Statistics", "Tuning"],
        ["Server"] = ["Kernel", "Platform", "Embedded", "Cluster", "Ledger", "Gateway", "Data", "Features", "Training", "Pipelines", "Serving", "Monitoring", "Search", "Protocols", "Web"],
        ["Import"] = ["Kernel", "Platform", "Client"],
        ["Comparison"] = ["Kernel", "Platform", "Vectors", "Client", "Import"],
        ["Cli"] = ["Kernel", "Platform", "Vectors", "Language", "Client", "Import", "Comparison", "Server", "Web"],
    };

    [Fact]
    public void Every_project_refers_only_to_those_that_the_table_allows()
    {
        var projects = Directory.EnumerateFiles(Repository.Path("src"), "*.csproj", SearchOption.AllDirectories).ToList();
        Assert.True(projects.Count >= Allowed.Count, $"found only {projects.Count} projects");
        Assert.Empty(projects.SelectMany(path => Violations(Room(path), XDocument.Load(path))));
    }

    [Fact]
    public void A_reference_that_the_table_does_not_allow_is_found()
    {
        var project = XDocument.Parse("""<Project><ItemGroup><ProjectReference Include="../Orrery.Serving/Orrery.Serving.csproj" /></ItemGroup></Project>""");
        Assert.Single(Violations("Data", project));
        Assert.Single(Violations("Statistics", project));
        Assert.Empty(Violations("Server", project));
    }

    [Fact]
    public void A_project_that_the_table_does_not_know_is_found() => Assert.Single(Violations("Common", XDocument.Parse("<Project />")));

    [Fact]
    public void The_table_has_no_project_that_is_gone()
    {
        var rooms = Directory.EnumerateFiles(Repository.Path("src"), "*.csproj", SearchOption.AllDirectories).Select(Room);
        Assert.Empty(Allowed.Keys.Except(rooms));
    }

    [Fact]
    public void References_do_not_leak_through_others()
    {
        var properties = XDocument.Load(Repository.Path("Directory.Build.props"));
        Assert.Equal("true", properties.Descendants("DisableTransitiveProjectReferences").Single().Value);
    }

    private static IEnumerable<string> Violations(string room, XDocument project)
    {
        if (!Allowed.TryGetValue(room, out var allowed))
            return [$"'{room}' is not in the table: say what it may know."];
        return project.Descendants("ProjectReference")
            .Select(reference => Room(reference.Attribute("Include")!.Value))
            .Except(allowed)
            .Select(other => $"{room} must not refer to {other}.");
    }

    private static string Room(string path) => Path.GetFileNameWithoutExtension(path)["Orrery.".Length..];
}
