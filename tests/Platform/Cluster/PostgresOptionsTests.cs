using Orrery.Cluster;
using Orrery.Kernel;
using Xunit;

namespace Orrery.Platform.Tests.Cluster;

public sealed class PostgresOptionsTests
{
    [Theory]
    [InlineData("Host=db;Port=5433;Database=orrery;Username=ada;Password=s3cret", "db:5433/orrery")]
    [InlineData("Server=db;User Id=ada;Password=s3cret", "db:5432/ada")]
    [InlineData("postgresql://ada:s3cret@db/orrery", "db:5432/orrery")]
    [InlineData("postgres://ada:s3cret@[::1]:5433/orrery?sslmode=verify-full&connect_timeout=3", "::1:5433/orrery")]
    [InlineData("postgresql://db/orrery?user=ada&Password=s3cret", "db:5432/orrery")]
    public void Connection_strings_and_uris_lead_to_the_same_place_and_the_password_is_never_told(string text, string place)
    {
        var options = PostgresOptions.Parse(text);
        Assert.Equal(place, options.Place);
        Assert.Equal(("ada", "s3cret"), (options.Connection.Username, options.Connection.Password));
        Assert.DoesNotContain("s3cret", options.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Escaped_signs_of_a_uri_are_read()
    {
        var options = PostgresOptions.Parse("postgresql://a%40b:p%2Fw%3A%25@db/or%20rery");
        Assert.Equal(("a@b", "p/w:%", "or rery"), (options.Connection.Username, options.Connection.Password, options.Connection.Database));
    }

    [Theory]
    [InlineData("s3cret")]
    [InlineData("")]
    [InlineData("Host=db;Pasword=s3cret")]
    [InlineData("Password=s3cret")]
    [InlineData("Host=db;Port=s3cret")]
    [InlineData("postgresql://ada:s3cret@/orrery")]
    [InlineData("postgresql://ada:s3cret@db/orrery?sslmode=s3cret")]
    [InlineData("postgresql://ada@db/orrery?pasword=s3cret")]
    [InlineData("postgresql://ada:s3cret@db:port/orrery")]
    [InlineData("mysql://ada:s3cret@db/orrery")]
    public void What_is_none_is_refused_without_being_repeated(string text)
    {
        var refusal = Assert.Throws<InvalidException>(() => PostgresOptions.Parse(text));
        Assert.DoesNotContain("s3cret", refusal.ToString(), StringComparison.Ordinal);
        Assert.Contains("Host=127.0.0.1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_somebody_says_about_the_pool_stays()
    {
        Assert.Equal(7, PostgresOptions.Parse("Host=db;Maximum Pool Size=7").Connection.MaxPoolSize);
        Assert.Equal(0, PostgresOptions.Parse("Host=db;Max Auto Prepare=0").Connection.MaxAutoPrepare);
        Assert.True(PostgresOptions.Parse("Host=db").Connection.MaxAutoPrepare > 0);
    }
}
