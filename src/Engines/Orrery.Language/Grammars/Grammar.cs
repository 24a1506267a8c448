using System.Text.Json;
using Orrery.Kernel;
using Orrery.Language.Grammars.Gbnf;
using Orrery.Language.Grammars.Matching;
using Orrery.Language.Grammars.Schemas;

namespace Orrery.Language.Grammars;

/// <summary>A language that an answer must be in: a context-free grammar over bytes. Immutable, thread-safe.</summary>
public sealed class Grammar
{
    private Grammar(Productions productions) => Productions = productions;

    /// <summary>Any JSON value's object, as <c>response_format: json_object</c> asks for.</summary>
    public static Grammar JsonObject { get; } = Compile("root", SchemaCompiler.AnyObject());

    internal Productions Productions { get; }

    /// <summary>Reads a grammar in GBNF, llama.cpp's notation; its rule <c>root</c> is the language.</summary>
    /// <exception cref="InvalidException">It is not one; the message names line and column.</exception>
    public static Grammar FromGbnf(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Compile("root", new GbnfParser(source).Parse());
    }

    /// <summary>The JSON texts that a JSON Schema accepts, properties in the order of the schema.</summary>
    /// <exception cref="InvalidException">The schema is wrong, or says something that cannot be enforced token by token; the message names the place.</exception>
    public static Grammar FromJsonSchema(JsonElement schema)
    {
        try
        {
            return Compile("root", new SchemaCompiler(schema).Compile());
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or JsonException)
        {
            // .NET reads half of a surrogate pair in a JSON string only when the string is asked for.
            throw new InvalidException("The JSON schema holds a text that is not valid Unicode.", exception);
        }
    }

    /// <summary>Whether a whole text is in the language.</summary>
    public bool Accepts(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var automaton = new GrammarAutomaton(Productions);
        var state = automaton.Start;
        foreach (var value in System.Text.Encoding.UTF8.GetBytes(text))
            state = automaton.Step(state, value);
        return state.IsAccepting;
    }

    private static Grammar Compile(string root, IReadOnlyDictionary<string, Pattern> rules) => new(ProductionBuilder.Build(root, rules));
}
