using Orrery.Kernel;
using Orrery.Language.ChatTemplates.Running;
using Orrery.Language.ChatTemplates.Syntax;

namespace Orrery.Language.ChatTemplates;

/// <summary>
/// The template by which a model writes a conversation as one prompt: the part of Jinja2 that models ship, rendered as Hugging Face's libraries do
/// (<c>trim_blocks</c>, <c>lstrip_blocks</c>, the immutable sandbox). Parsed once; thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Node _body;

    private ChatTemplate(Node body) => _body = body;

    /// <summary>Reads a template.</summary>
    /// <exception cref="InvalidException">It is not one; the message names the line.</exception>
    public static ChatTemplate Parse(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new ChatTemplate(new Parser(Lexer.Read(source)).ParseTemplate());
    }

    /// <summary>The prompt of a conversation.</summary>
    /// <exception cref="InvalidException">The template refuses the conversation (<c>raise_exception</c>), has a fault, or runs over its limits.</exception>
    public string Render(ChatTemplateInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var frame = new Frame(input.Limits, new Scope(Globals.For(input)));
        try
        {
            _body.Write(frame);
        }
        catch (LoopSignal)
        {
            throw new InvalidException("The chat template breaks out of a loop where there is none.");
        }
        catch (OverflowException)
        {
            throw new InvalidException("The chat template computes a number beyond 64 bits.");
        }

        return frame.Output.ToString();
    }
}
