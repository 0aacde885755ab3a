package dev.brickyard.api.project;

import dev.brickyard.contracts.ProjectSettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Clock;

/** The table of projects. */
@ApplicationScoped
class Projects {
  private final EntityManager entities;
  private final Clock clock;

  Projects(EntityManager entities, Clock clock) {
    this.entities = entities;
    this.clock = clock;
  }

  /** What was decided for the project: nothing, when nobody has. */
  @Transactional
  ProjectSettings settings(ProjectName name) {
    ProjectEntity project = entities.find(ProjectEntity.class, name.value());
    return project == null ? ProjectSettings.NONE : project.settings;
  }

  /** Replaces what was decided before. */
  @Transactional
  void decide(ProjectName name, ProjectSettings settings) {
    ProjectEntity project = new ProjectEntity();
    project.name = name.value();
    project.settings = settings;
    project.updatedAt = clock.instant();
    entities.merge(project);
  }
}
