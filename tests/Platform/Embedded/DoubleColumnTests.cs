using CsCheck;
using FluentMigrator;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Orrery.Platform.Relational;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Embedded;

/// <summary>Doubles, declared as modules declare them.</summary>
[Migration(99_000_000)]
public sealed class DoublesOfTest : ForwardOnlyMigration
{
    public override void Up() => Create.Table("test_doubles")
        .WithColumn("k").AsInt32().PrimaryKey()
        .WithColumn("v").AsDouble().NotNullable()
        .WithColumn("maybe").AsDouble().Nullable();
}

/// <summary>But for NaN, which SQLite has not and keeps as null, and for the sign of zero, since it keeps whole numbers as integers.</summary>
public sealed class DoubleColumnTests
{
    [Fact]
    public async Task A_double_comes_back_to_the_last_bit_whichever_way_it_went_in()
    {
        await using var platform = await TestPlatform.StartAsync(services => MigrationSource.Add(services, typeof(DoubleColumnTests).Assembly));
        double[] edges = [double.Epsilon, -double.Epsilon, double.MaxValue, double.MinValue, double.PositiveInfinity, double.NegativeInfinity, Math.BitDecrement(2.2250738585072014e-308), 0.1, 3];
        var anyBits = Gen.Long.Select(BitConverter.Int64BitsToDouble).Where(value => !double.IsNaN(value) && value != 0);
        await Gen.OneOf(anyBits, Gen.Double.Unit, Gen.OneOf(edges)).Array[1, 2_000].SampleAsync(async values =>
        {
            await platform.Database.WriteAsync(connection => Write(connection, values));
            var rows = await platform.Database.ReadAsync((connection, token) => connection.GetTable<DoubleRow>().OrderBy(row => row.Key).ToListAsync(token));
            Assert.Equal(values, rows.Select(row => row.Value)); // Equal doubles have equal bits, but for zero.
            Assert.Equal(values.Select(Maybe), rows.Select(row => row.Maybe));
        }, iter: 20, threads: 1);
    }

    private static double? Maybe(double value) => value < 0.5 ? null : value;

    private static void Write(DataConnection connection, double[] values)
    {
        var (rows, half) = (values.Select((value, key) => new DoubleRow(key, value, Maybe(value))).ToList(), values.Length / 2);
        var table = connection.GetTable<DoubleRow>();
        table.Delete();
        connection.BulkCopy(rows.Take(half));
        foreach (var row in rows.Skip(half))
        {
            connection.Insert(row with { Value = 0 });
            table.Where(r => r.Key == row.Key).Set(r => r.Value, row.Value).Update();
        }
    }

    [Table("test_doubles")]
    private sealed record DoubleRow([property: PrimaryKey, Column("k")] int Key, [property: Column("v")] double Value, [property: Column("maybe")] double? Maybe);
}
