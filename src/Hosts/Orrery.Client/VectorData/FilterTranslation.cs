using System.Collections;
using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.VectorData.ProviderServices;
using Microsoft.Extensions.VectorData.ProviderServices.Filter;

namespace Orrery.Client.VectorData;

/// <summary>
/// Turns a predicate over records into a filter that the server evaluates: comparisons of properties with values, <c>&amp;&amp;</c>, <c>||</c>, <c>!</c>, and <c>Contains</c> both ways. What cannot be translated is
/// refused, never evaluated here: a filter that ran at the client would have to fetch everything.
/// </summary>
internal sealed class FilterTranslation : FilterTranslatorBase
{
    public static JsonObject Translate(LambdaExpression filter, CollectionModel model)
    {
        var translation = new FilterTranslation();
        return new() { ["must"] = new JsonArray(translation.Condition(translation.PreprocessFilter(filter, model, new()))) };
    }

    private JsonObject Condition(Expression expression)
    {
        switch (expression)
        {
            case BinaryExpression { NodeType: ExpressionType.AndAlso } both:
                return Group("must", Condition(both.Left), Condition(both.Right));
            case BinaryExpression { NodeType: ExpressionType.OrElse } either:
                return Group("should", Condition(either.Left), Condition(either.Right));
            case UnaryExpression { NodeType: ExpressionType.Not } not:
                return Group("must_not", Condition(not.Operand));
            case ConstantExpression { Value: bool always }:
                return always ? Group("must") : Group("must_not", Group("must"));
            case BinaryExpression comparison when TryBindProperty(comparison.Left, out var left):
                return Compare(left, comparison.NodeType, Value(comparison.Right));
            case BinaryExpression comparison when TryBindProperty(comparison.Right, out var right):
                return Compare(right, Mirrored(comparison.NodeType), Value(comparison.Left));
            case MethodCallExpression call when TryMatchContains(call, out var source, out var item):
                return Contains(source, item);
            case var bound when TryBindProperty(bound, out var property) && property.Type == typeof(bool):
                return Match(property, true);
            default:
                throw new NotSupportedException($"'{expression}' cannot be part of a filter: compare a property with a value, or use &&, ||, ! and Contains.");
        }
    }

    private JsonObject Contains(Expression source, Expression item)
    {
        // A property that is a list: one of its elements matches.
        if (TryBindProperty(source, out var list))
            return Match(list, Value(item));
        if (!TryBindProperty(item, out var property) || Values(source) is not { } values)
            throw new NotSupportedException($"'{source}.Contains({item})' cannot be part of a filter: either of the two must be a property of the record, and the other a value.");
        var nodes = new JsonArray([.. values.Select(Node)]);
        return property is KeyPropertyModel ? new() { ["has_id"] = nodes } : new() { ["key"] = property.StorageName, ["match"] = new JsonObject { ["any"] = nodes } };
    }

    private static List<object?>? Values(Expression expression) => expression switch
    {
        ConstantExpression { Value: IEnumerable values and not string } => [.. values.Cast<object?>()],
        NewArrayExpression array => [.. array.Expressions.Select(Value)],
        _ => null,
    };

    private static JsonObject Compare(PropertyModel property, ExpressionType comparison, object? value)
    {
        switch (comparison)
        {
            case ExpressionType.Equal:
                return value is null ? new() { ["is_empty"] = new JsonObject { ["key"] = property.StorageName } } : Match(property, value);
            case ExpressionType.NotEqual:
                return Group("must_not", Compare(property, ExpressionType.Equal, value));
        }

        var bound = comparison switch
        {
            ExpressionType.LessThan => "lt",
            ExpressionType.LessThanOrEqual => "lte",
            ExpressionType.GreaterThan => "gt",
            ExpressionType.GreaterThanOrEqual => "gte",
            _ => throw new NotSupportedException($"{comparison} cannot be part of a filter."),
        };
        if (value is null or string or bool or Guid)
            throw new NotSupportedException($"'{property.ModelName}' cannot be put in an order against {value ?? "null"}: only numbers and times can.");
        return new() { ["key"] = property.StorageName, ["range"] = new JsonObject { [bound] = Node(value) } };
    }

    private static JsonObject Match(PropertyModel property, object? value) => value switch
    {
        _ when property is KeyPropertyModel => new() { ["has_id"] = new JsonArray(Node(value)) },
        // Fractions and times are matched as ranges of one value.
        float or double or decimal or DateTime or DateTimeOffset or DateOnly => new() { ["key"] = property.StorageName, ["range"] = new JsonObject { ["gte"] = Node(value), ["lte"] = Node(value) } },
        _ => new() { ["key"] = property.StorageName, ["match"] = new JsonObject { ["value"] = Node(value) } },
    };

    private static ExpressionType Mirrored(ExpressionType comparison) => comparison switch
    {
        ExpressionType.LessThan => ExpressionType.GreaterThan,
        ExpressionType.LessThanOrEqual => ExpressionType.GreaterThanOrEqual,
        ExpressionType.GreaterThan => ExpressionType.LessThan,
        ExpressionType.GreaterThanOrEqual => ExpressionType.LessThanOrEqual,
        _ => comparison,
    };

    private static object? Value(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        UnaryExpression { NodeType: ExpressionType.Convert } converted => Value(converted.Operand),
        // What does not look at the record, such as keys[1], is a value by the time the filter is sent.
        _ when !RecordSearch.IsIn(expression) => Expression.Lambda(expression).Compile(preferInterpretation: true).DynamicInvoke(),
        _ => throw new NotSupportedException($"'{expression}' cannot be part of a filter: expected a value."),
    };

    private static JsonNode? Node(object? value) => value switch
    {
        null => null,
        DateTime time => JsonValue.Create(time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)),
        _ => JsonSerializer.SerializeToNode(value),
    };

    private static JsonObject Group(string clause, params JsonNode?[] conditions) => new() { [clause] = new JsonArray(conditions) };

    /// <summary>Looks for the record in an expression.</summary>
    private sealed class RecordSearch : ExpressionVisitor
    {
        private bool _found;

        public static bool IsIn(Expression expression)
        {
            var search = new RecordSearch();
            search.Visit(expression);
            return search._found;
        }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            _found = true;
            return node;
        }
    }
}
