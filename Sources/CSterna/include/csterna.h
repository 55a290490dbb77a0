int sterna_placeholder(void);
