using System.Text;
using Apache.Arrow;
using Xunit;

namespace Orrery.Preparation.Tests;

public sealed class SourcesTests
{
    [Fact]
    public void Every_feature_names_the_raw_columns_that_it_is_made_from()
    {
        var fitted = TransformSpec.FromJson(Encoding.UTF8.GetBytes("""
            {
              "columns": [
                { "name": "a", "type": "number" }, { "name": "b", "type": "number" },
                { "name": "from", "type": "text" }, { "name": "to", "type": "text" }, { "name": "at", "type": "timestamp" }
              ],
              "steps": [
                { "type": "impute", "name": "known", "inputs": ["a", "b"], "strategy": "median", "indicator": true },
                { "type": "interactions", "name": "product", "inputs": ["a", "b"] },
                { "type": "cross", "name": "route", "inputs": ["from", "to"] },
                { "type": "frequency", "name": "traffic", "inputs": ["route"] },
                { "type": "oneHot", "name": "places", "inputs": ["from", "to"] },
                { "type": "calendar", "name": "when", "inputs": ["at"], "parts": ["hour"] }
              ]
            }
            """)).Fit([Rows()]);

        var sources = fitted.Features.Zip(fitted.Sources, (feature, raw) => (feature, Raw: string.Join('+', raw))).ToDictionary(s => s.feature, s => s.Raw);

        Assert.Equal(fitted.Features.Count, fitted.Sources.Count);
        Assert.Equal("a", sources["known.a"]);
        Assert.Equal("b", sources["known.b.missing"]);
        Assert.Equal("a+b", sources["product.a*b"]);
        Assert.Equal("from+to", sources["traffic"]);
        Assert.Equal("from", sources["places.from=ATL"]);
        Assert.Equal("to", sources["places.to=JFK"]);
        Assert.All(sources.Where(s => s.Key.StartsWith("when", StringComparison.Ordinal)), s => Assert.Equal("at", s.Value));
    }

    private static RecordBatch Rows() => new RecordBatch.Builder()
        .Append("a", nullable: true, new DoubleArray.Builder().AppendNull().Append(2).Append(3).Build())
        .Append("b", nullable: true, new DoubleArray.Builder().Append(1).AppendNull().Append(5).Build())
        .Append("from", nullable: true, new StringArray.Builder().Append("ATL").Append("ATL").Append("ORD").Build())
        .Append("to", nullable: true, new StringArray.Builder().Append("JFK").Append("ORD").Append("JFK").Build())
        .Append("at", nullable: true, new Int64Array.Builder().Append(0).Append(3600).Append(7200).Build())
        .Build();
}
