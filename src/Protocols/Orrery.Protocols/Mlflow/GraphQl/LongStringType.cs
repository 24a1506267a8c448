using System.Globalization;
using System.Numerics;
using GraphQL.Types;
using GraphQLParser.AST;

namespace Orrery.Protocols.Mlflow.GraphQl;

/// <summary>A 64-bit integer, answered as text because JavaScript's numbers lose digits. Source: mlflow/server/graphql/graphql_custom_scalars.py (3.5).</summary>
internal sealed class LongStringType : ScalarGraphType
{
    public LongStringType()
    {
        Name = "LongString";
        Description = "Long converted to string to prevent truncation to max integer in JavaScript";
    }

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => ThrowSerializationError(value),
    };

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLIntValue number => (object?)Read(number.Value.ToString()) ?? ThrowLiteralConversionError(value),
        GraphQLStringValue text => (object?)Read(text.Value.ToString()) ?? ThrowLiteralConversionError(value),
        _ => ThrowLiteralConversionError(value),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null => null,
        int number => (long)number,
        long number => number,
        BigInteger number when number >= long.MinValue && number <= long.MaxValue => (long)number,
        string text => (object?)Read(text) ?? ThrowValueConversionError(value),
        _ => ThrowValueConversionError(value),
    };

    private static long? Read(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
