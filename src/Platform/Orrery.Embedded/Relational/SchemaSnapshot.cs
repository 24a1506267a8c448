namespace Orrery.Embedded.Relational;

/// <summary>
/// All migrations of a host, told as one script of SQLite: an empty database takes it at once, without FluentMigrator.
/// A script that does not lead to exactly the migrations of this build is not used.
/// </summary>
/// <param name="Script">Creates every table and index, and the rows of <c>VersionInfo</c>.</param>
public sealed record SchemaSnapshot(string Script);
