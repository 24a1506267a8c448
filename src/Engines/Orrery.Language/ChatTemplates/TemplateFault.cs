using Orrery.Kernel;

namespace Orrery.Language.ChatTemplates;

/// <summary>Faults of a template, with the line where they are.</summary>
internal static class TemplateFault
{
    public static InvalidException At(int line, string complaint) => new($"The chat template, line {line}: {complaint}");
}
