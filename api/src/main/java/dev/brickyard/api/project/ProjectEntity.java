package dev.brickyard.api.project;

import dev.brickyard.contracts.ProjectSettings;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.hibernate.annotations.ColumnTransformer;

/** A project somebody has decided something for. */
@Entity
@Table(schema = "api", name = "project")
@SuppressWarnings("NullAway.Init") // Hibernate fills the columns, which are never null.
public class ProjectEntity extends PanacheEntityBase {
  @Id public String name;

  @Convert(converter = SettingsColumn.class)
  @Column(columnDefinition = "jsonb")
  @ColumnTransformer(write = "cast(? as jsonb)")
  public ProjectSettings settings;

  @Column(name = "updated_at")
  public Instant updatedAt;
}
