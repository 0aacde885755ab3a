{{/*
What a worker may do. It mounts layers (overlayfs, EROFS), starts containers in namespaces and control
groups of their own, and gives them what Docker gives by default: it must hold all of that itself. The
chart's README.md says what needs which. Takes the pool.
*/}}
{{- define "brickyard.worker.security" -}}
runAsUser: 0
runAsGroup: 0
readOnlyRootFilesystem: true
{{- if .privileged }}
privileged: true
{{- else }}
privileged: false
# Kubernetes insists on it for who has SYS_ADMIN; steps run setuid programs such as sudo.
allowPrivilegeEscalation: true
capabilities:
  drop: [ALL]
  add:
    {{- /* What the worker does itself. */}}
    - SYS_ADMIN
    - SYS_RESOURCE
    - NET_ADMIN
    {{- /* What steps may do as root, which nobody can give who has it not. */}}
    - AUDIT_WRITE
    - CHOWN
    - DAC_OVERRIDE
    - FOWNER
    - FSETID
    - KILL
    - MKNOD
    - NET_BIND_SERVICE
    - NET_RAW
    - SETFCAP
    - SETGID
    - SETPCAP
    - SETUID
    - SYS_CHROOT
seccompProfile:
  {{- toYaml .seccompProfile | nindent 2 }}
appArmorProfile:
  {{- toYaml .appArmorProfile | nindent 2 }}
{{- end }}
{{- with .seLinuxOptions }}
seLinuxOptions:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
