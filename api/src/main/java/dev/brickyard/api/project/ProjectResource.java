package dev.brickyard.api.project;

import dev.brickyard.api.problem.Problem;
import dev.brickyard.contracts.ProjectSettings;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Settings of projects. */
@Path("/v1/projects/{project}/settings")
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Projects")
public class ProjectResource {
  private final Projects projects;

  ProjectResource(Projects projects) {
    this.projects = projects;
  }

  /** What was decided. */
  @GET
  @Operation(
      summary = "Look at a project's settings",
      description = "What is absent is as the farm has it for all projects.")
  @APIResponse(
      responseCode = "200",
      description = "The settings",
      content = @Content(schema = @Schema(implementation = ProjectSettings.class)))
  public ProjectSettings get(@PathParam("project") String name) {
    return projects.settings(ProjectName.parse("project", name));
  }

  /** Decides anew. */
  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      summary = "Replace a project's settings",
      description =
          "`retention`: `maxAge` (ISO 8601, such as `P30D`), `keepLast` (builds that count whatever"
              + " their age), `maxBytes`. `cacheMounts`: `saved`, `maxBytes`. What is absent is as"
              + " the farm has it for all projects. Heeded by builds claimed some seconds later and"
              + " by the next collection.")
  @RequestBody(
      required = true,
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = ProjectSettings.class)))
  @APIResponse(
      responseCode = "200",
      description = "The settings as they are now",
      content = @Content(schema = @Schema(implementation = ProjectSettings.class)))
  @APIResponse(
      responseCode = "422",
      description = "A setting is wrong: `parameter` names it",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public ProjectSettings put(@PathParam("project") String name, byte[] body) {
    ProjectName project = ProjectName.parse("project", name);
    ProjectSettings settings = SettingsReader.read(body);
    projects.decide(project, settings);
    return settings;
  }
}
