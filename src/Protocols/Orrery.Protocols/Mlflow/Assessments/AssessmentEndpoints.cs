using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Assessments;

/// <summary>What people, judges and programs say of traces: feedback and expectations.</summary>
internal sealed class AssessmentEndpoints(IServiceProvider services)
{
    private readonly Lazy<IAssessments> _assessments = new(services.GetRequiredService<IAssessments>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/traces/{trace}/assessments", Role.Editor, CreateAsync, 3)
        .Get("/traces/{trace}/assessments/{assessment}", Role.Viewer, GetAsync, 3)
        .Patch("/traces/{trace}/assessments/{assessment}", Role.Editor, UpdateAsync, 3)
        .Delete("/traces/{trace}/assessments/{assessment}", Role.Editor, DeleteAsync, 3);

    private async Task CreateAsync(MlflowCall call)
    {
        var fields = call.Fields.Message("assessment") ?? throw call.Fields.Missing("assessment");
        await AnswerAsync(call, await _assessments.Value.CreateAsync(call.Caller, call.Route("trace"), AssessmentJson.Read(fields), call.Cancelled));
    }

    private async Task GetAsync(MlflowCall call) =>
        await AnswerAsync(call, await _assessments.Value.GetAsync(call.Caller, call.Route("trace"), call.Route("assessment"), call.Cancelled));

    private async Task UpdateAsync(MlflowCall call)
    {
        var fields = call.Fields.Message("assessment") ?? throw call.Fields.Missing("assessment");
        var change = new AssessmentChange();
        foreach (var path in call.Fields.RequiredText("update_mask").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            // A field mask is camelCase in JSON (protobuf.dev/reference/protobuf/google.protobuf/#field-mask); what cannot change is passed over, as MLflow does.
            change = path switch
            {
                "assessmentName" or "assessment_name" => change with { Name = fields.RequiredText("assessment_name") },
                "feedback" or "expectation" => change with { Value = AssessmentJson.ReadValue(fields) ?? throw fields.Missing(path) },
                "rationale" => change with { Rationale = fields.Text("rationale") ?? "" },
                "metadata" => change with { Metadata = fields.Map("metadata") },
                "valid" => change with { Valid = fields.Flag("valid") },
                _ => change,
            };
        }

        await AnswerAsync(call, await _assessments.Value.UpdateAsync(call.Caller, call.Route("trace"), call.Route("assessment"), change, call.Cancelled));
    }

    private async Task DeleteAsync(MlflowCall call)
    {
        await _assessments.Value.DeleteAsync(call.Caller, call.Route("trace"), call.Route("assessment"), call.Cancelled);
        await call.AnswerAsync();
    }

    private static Task AnswerAsync(MlflowCall call, Assessment assessment) => call.AnswerAsync(json =>
    {
        json.WriteStartObject("assessment"u8);
        AssessmentJson.Write(json, assessment);
        json.WriteEndObject();
    });
}
